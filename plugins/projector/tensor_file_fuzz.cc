// Any bytes as a tensor's file: what is measured is what is read, and the first rows of it are the
// first rows of all.
//
// Input: two sizes in two bytes, the file.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "plugins/projector/tensor_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

void Check(const std::vector<uint32_t>& shape, std::string_view bytes) {
  static const FakeClock clock;
  MemoryFileSystem files(clock);
  files.Write("t", bytes);
  const auto file = files.Open("t");
  CHECK(file.has_value());
  const auto all = ReadTensorFile(**file, shape, 0);
  const auto measured = MeasureTensorText(**file, kMaxTensorTextBytes);
  CHECK(measured.has_value());
  if (!all) return;
  const auto some = ReadTensorFile(**file, shape, 1);
  CHECK(some.has_value() && all->starts_with(*some));
  const auto& size = *measured;
  if (size) CHECK(all->size() == size->rows * size->columns * sizeof(float));
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  stepscope::Check({data[0], data[1]}, {reinterpret_cast<const char*>(data + 2), size - 2});
  return 0;
}
