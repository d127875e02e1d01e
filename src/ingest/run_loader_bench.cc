// From a file's bytes to a published run: framing, checksum, scan, tag look-up, append. The file
// lies in memory, so that the kernel's share is a copy.
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "base/stats.h"
#include "ingest/run_loader.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return false; }
  void OnBytes(uint64_t bytes) override { bytes_ += bytes; }
  void OnPublish(std::shared_ptr<const RunSnapshot> run) override { points_ = run->point_count; }
  uint64_t bytes() const { return bytes_; }
  uint64_t points() const { return points_; }

 private:
  uint64_t bytes_ = 0;
  uint64_t points_ = 0;
};

enum Shape : int64_t { kSimpleValue, kTensor };

// 50 tags in turn, as a training loop logs them: with torch, or with TensorFlow 2.
std::string ScalarFile(Shape shape, int64_t points) {
  EventFile file;
  file.Version();
  const std::string metadata = Metadata("scalars", {}, {}, {}, 1);
  for (int64_t i = 0; i < points; ++i) {
    const std::string tag = "layer_" + std::to_string(i % 50) + "/loss";
    const auto value = static_cast<float>(i);
    const std::string encoded = shape == kSimpleValue
                                    ? SimpleValue(tag, value)
                                    : TensorValue(tag, FloatTensor({value}), metadata);
    file.Values(i / 50, {encoded});
  }
  return file.bytes();
}

void LoadFile(benchmark::State& state) {
  constexpr int64_t kPoints = 1'000'000;
  FakeClock clock;
  MemoryFileSystem files(clock);
  files.Write("logs/run/tfevents.1", ScalarFile(static_cast<Shape>(state.range(0)), kPoints));
  Observer observer;
  for (auto _ : state) {
    Stats stats;
    const LoaderContext context{files, clock, stats};
    RunLoader loader(context, "run", "logs/run");
    loader.SetFiles({"tfevents.1"});
    loader.Step(observer);
    if (observer.points() != kPoints) state.SkipWithError("points are missing");
  }
  state.SetBytesProcessed(static_cast<int64_t>(observer.bytes()));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kPoints);
}
BENCHMARK(LoadFile)
    ->ArgName("tensor")
    ->Arg(kSimpleValue)
    ->Arg(kTensor)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stepscope
