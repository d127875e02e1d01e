// Any bytes as a checkpoint's index: as they are, and as the entries of a block whose checksum is
// right. Refused, or variables that are read or refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "plugins/projector/checkpoint.h"
#include "plugins/projector/table_for_test.h"
#include "plugins/projector/tensor_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

void Check(std::string_view index, const FileSystem& files) {
  const auto checkpoint = Checkpoint::FromIndex(index, "logs", "c");
  if (!checkpoint) return;
  for (const CheckpointVariable& variable : checkpoint->variables()) {
    CHECK(checkpoint->Find(variable.name) != nullptr);
    const auto floats = checkpoint->ReadFloats(files, variable, 2);
    CHECK(!floats || floats->size() <= kMaxTensorBytes);
  }
}

void CheckBytes(std::string_view bytes) {
  static const FakeClock clock;
  MemoryFileSystem files(clock);
  files.Write("logs/c.data-00000-of-00001", bytes);
  Check(bytes, files);
  Check(MakeTable(bytes), files);
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  stepscope::CheckBytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
