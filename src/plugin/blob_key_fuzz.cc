// Any text as a blob's key: refused, or a key that says the same when it is written again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "plugin/blob_key.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using stepscope::BlobKey;
  const auto key = BlobKey::Decode({reinterpret_cast<const char*>(data), size});
  if (!key) return 0;
  const auto again = BlobKey::Decode(key->Encode());
  CHECK(again && again->experiment == key->experiment && again->plugin == key->plugin);
  CHECK(again->run == key->run && again->tag == key->tag);
  CHECK(again->step == key->step && again->index == key->index);
  return 0;
}
