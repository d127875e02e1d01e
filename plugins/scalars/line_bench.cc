// One line of ten million points at 1,000 pixels: random windows of every size, as zooming asks for
// them. Prints the percentiles of single queries.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "plugins/scalars/line.h"

namespace stepscope {
namespace {

constexpr int64_t kPoints = 10'000'000;

const RunSnapshot& Run() {
  static const RunSnapshot run = [] {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> noise(0, 1);
    ScalarColumn column;
    double time = 1.7e9;
    for (int64_t step = 0; step < kPoints; ++step) {
      time += 0.1 + 0.02 * noise(random);
      const auto value =
          static_cast<float>(2 / (1 + static_cast<double>(step) / 1e6) + 0.3 * noise(random));
      column.Append(step, time, ValueType::kFloat32, std::bit_cast<uint32_t>(value));
    }
    column.Seal();
    RunSnapshot made;
    made.name = "train";
    made.files.push_back({.path = "f", .reading = 1, .first_wall_time = 0, .last_wall_time = 1});
    Series series;
    auto info = std::make_shared<SeriesInfo>();
    info->tag = "loss";
    info->kind = SeriesKind::kScalar;
    series.info = std::move(info);
    series.strands.push_back({.file = 0, .scalars = column.View()});
    made.series.push_back(std::move(series));
    return made;
  }();
  return run;
}

void Windows(benchmark::State& state) {
  const RunSnapshot& run = Run();
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<double> times_ms;
  for (auto _ : state) {
    // From the whole line down to a thousand points, evenly by the logarithm.
    const double width = kPoints * std::pow(1e-4, uniform(random));
    const double from = uniform(random) * (kPoints - width);
    LineView view;
    view.pixels = 1000;
    view.x = static_cast<XAxis>(state.range(0));
    const double origin = view.x == XAxis::kStep ? 0 : view.x == XAxis::kWall ? 1.7e9 : 0;
    const double scale = view.x == XAxis::kStep ? 1 : 0.11;
    view.from = origin + scale * from;
    view.to = origin + scale * (from + width);
    const SmoothingPlan plan(view.smoothing);
    const auto begin = std::chrono::steady_clock::now();
    const auto table = QueryLine(run, run.series[0], view, plan, nullptr, std::nullopt, 1 << 21);
    const auto end = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(table->columns.size());
    times_ms.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
  }
  std::sort(times_ms.begin(), times_ms.end());
  const auto percentile = [&](double p) {
    return times_ms[std::min(times_ms.size() - 1,
                             static_cast<size_t>(p * static_cast<double>(times_ms.size())))];
  };
  state.counters["p50_ms"] = percentile(0.50);
  state.counters["p95_ms"] = percentile(0.95);
  state.counters["max_ms"] = times_ms.back();
}
BENCHMARK(Windows)
    ->ArgName("x")
    ->Arg(static_cast<int>(XAxis::kStep))
    ->Arg(static_cast<int>(XAxis::kRelative))
    ->Arg(static_cast<int>(XAxis::kWall))
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(2000);

}  // namespace
}  // namespace stepscope
