// Any bytes as a value read back from a file: refused, or a tensor that holds together.
//
// Input: the series' plugin in the first byte, then the value.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "store/stored_value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr const char* kPlugins[] = {"images", "audio", "histograms", "text", "hparams", "graphs"};
  constexpr uint64_t kMaxElements = 1 << 16;
  if (size == 0) return 0;
  const stepscope::SeriesInfo info = {.plugin_name = kPlugins[data[0] % 6]};
  const auto value = stepscope::StoredValue::Lift(
      info, std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  if (!value) return 0;
  CHECK(stepscope::TensorView::Parse(std::as_bytes(std::span(value->proto()))).has_value());
  if (const auto doubles = value->tensor().Doubles(kMaxElements)) {
    CHECK(doubles->size() == value->tensor().ElementCount());
  }
  if (const auto blobs = value->Blobs()) {
    for (const std::string_view blob : *blobs) CHECK(blob.size() <= value->proto().size());
    const uint32_t counted = stepscope::CountBlobs(value->tensor().shape());
    CHECK(blobs->size() == counted || blobs->empty());
  }
  return 0;
}
