// What it costs to seal a block of noisy float32 points, and to read one.
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "series/block.h"
#include "series/column.h"

namespace stepscope {
namespace {

struct Points {
  std::vector<int64_t> steps;
  std::vector<double> wall_times;
  std::vector<float> values;
  ScalarSpan span() const { return {.steps = steps, .wall_times = wall_times, .float32 = values}; }
};

Points Training() {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> noise(0, 1);
  Points points;
  double time = 1.7e9;
  for (int64_t i = 0; i < kMaxBlockPoints; ++i) {
    points.steps.push_back(i);
    points.wall_times.push_back(time += 0.1 + 0.02 * noise(random));
    points.values.push_back(static_cast<float>(0.5 + 0.2 * noise(random)));
  }
  return points;
}

void Encode(benchmark::State& state) {
  const Points points = Training();
  std::vector<uint64_t> words(kMaxBlockBytes / sizeof(uint64_t));
  auto* const packed = reinterpret_cast<std::byte*>(words.data());
  size_t bytes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bytes = EncodeBlock(points.span(), packed));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kMaxBlockPoints);
  state.counters["bytes_per_point"] = static_cast<double>(bytes) / kMaxBlockPoints;
}
BENCHMARK(Encode);

void SummarizeBlock(benchmark::State& state) {
  const Points points = Training();
  BlockSummary summary;
  for (auto _ : state) benchmark::DoNotOptimize(Summarize(points.span(), summary));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kMaxBlockPoints);
}
BENCHMARK(SummarizeBlock);

void Decode(benchmark::State& state) {
  const Points points = Training();
  std::vector<uint64_t> words(kMaxBlockBytes / sizeof(uint64_t));
  auto* const packed = reinterpret_cast<std::byte*>(words.data());
  EncodeBlock(points.span(), packed);
  ScalarBuffer buffer;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        DecodeBlock(packed, buffer, static_cast<PointParts>(state.range(0))).size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kMaxBlockPoints);
}
BENCHMARK(Decode)->ArgName("parts")->Arg(kSteps)->Arg(kWallTimes)->Arg(kValues)->Arg(kWholePoints);

void Append(benchmark::State& state) {
  const Points points = Training();
  for (auto _ : state) {
    ScalarColumn column;
    for (int round = 0; round < 10; ++round) {
      for (size_t i = 0; i < kMaxBlockPoints; ++i) {
        column.Append(points.steps[i], points.wall_times[i], ValueType::kFloat32,
                      std::bit_cast<uint32_t>(points.values[i]));
      }
    }
    benchmark::DoNotOptimize(column.size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kMaxBlockPoints * 10);
}
BENCHMARK(Append);

}  // namespace
}  // namespace stepscope
