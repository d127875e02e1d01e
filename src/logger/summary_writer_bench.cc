// How long a caller is held up by AddScalar, and how many values reach the file, on real disks.
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "logger/summary_writer.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

constexpr int kTags = 20;

// `range(0)`: 1 with the wall time given, which saves reading the clock.
void AddScalar(benchmark::State& state) {
  std::string tags[kTags];
  for (int i = 0; i < kTags; ++i) tags[i] = "train/metric_" + std::to_string(i);
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path());
  ScalarOptions options;
  if (state.range(0) == 1) options.wall_time = 1700000000.5;
  int64_t step = 0;
  int tag = 0;
  for (auto _ : state) {
    writer.AddScalar(tags[tag], 0.25, step, options);
    if (++tag == kTags) {
      tag = 0;
      ++step;
    }
  }
  CHECK(writer.Close());  // Only what reached the file counts.
  state.SetItemsProcessed(static_cast<int64_t>(writer.counts().written));
}
// A fixed count: a million values are 50 MB of disk.
BENCHMARK(AddScalar)->Arg(0)->Arg(1)->Iterations(2'000'000)->UseRealTime();

}  // namespace
}  // namespace stepscope
