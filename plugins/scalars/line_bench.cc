// One line of ten million points at 1,000 pixels: windows at random places, as zooming asks for
// them, of one size each and of all sizes, and what smoothing costs. Prints the percentiles of
// single queries.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "plugins/scalars/line.h"
#include "store/series_for_test.h"

namespace stepscope {
namespace {

constexpr int64_t kPoints = 10'000'000;
constexpr double kSecondsAPoint = 0.11;  // On average.
constexpr double kFirstTime = 1.7e9;

const RunSnapshot& Run() {
  static const RunSnapshot run = [] {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> noise(0, 1);
    ScalarColumn column;
    double time = kFirstTime;
    for (int64_t step = 0; step < kPoints; ++step) {
      time += kSecondsAPoint - 0.01 + 0.02 * noise(random);
      const auto value =
          static_cast<float>(2 / (1 + static_cast<double>(step) / 1e6) + 0.3 * noise(random));
      column.Append(step, time, ValueType::kFloat32, std::bit_cast<uint32_t>(value));
    }
    column.Seal();
    RunSnapshot made;
    made.name = "train";
    made.files.push_back({.path = "f", .reading = 1, .first_wall_time = 0, .last_wall_time = 1});
    auto info = std::make_shared<SeriesInfo>();
    info->tag = "loss";
    info->kind = SeriesKind::kScalar;
    AddSeries(made, std::move(info), {{.file = 0, .scalars = column.View()}});
    return made;
  }();
  return run;
}

// A window of `points` points, or of any number from a thousand to all, each magnitude as often.
LineView RandomView(XAxis x, double points, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  const double width = points > 0 ? points : kPoints * std::pow(1e-4, uniform(random));
  const double from = uniform(random) * (kPoints - width);
  LineView view;
  view.pixels = 1000;
  view.x = x;
  const double origin = x == XAxis::kWall ? kFirstTime : 0;
  const double scale = x == XAxis::kStep ? 1 : kSecondsAPoint;
  view.from = origin + scale * from;
  view.to = origin + scale * (from + width);
  return view;
}

void Ask(benchmark::State& state, XAxis x, double points, const Smoothing& smoothing) {
  const RunSnapshot& run = Run();
  std::mt19937_64 random(2);
  std::vector<double> times_ms;
  const SmoothingPlan plan(smoothing);
  for (auto _ : state) {
    LineView view = RandomView(x, points, random);
    view.smoothing = smoothing;
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
  state.counters["p99_ms"] = percentile(0.99);
}

// The axis, and how many points the window has; 0: any number.
void Windows(benchmark::State& state) {
  Ask(state, static_cast<XAxis>(state.range(0)), static_cast<double>(state.range(1)), {});
}
BENCHMARK(Windows)
    ->ArgNames({"x", "points"})
    ->ArgsProduct({{static_cast<int>(XAxis::kStep), static_cast<int>(XAxis::kRelative),
                    static_cast<int>(XAxis::kWall)},
                   {0, kPoints, kPoints / 2, kPoints / 10, kPoints / 100, kPoints / 1000,
                    kPoints / 10'000}})
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(2000);

// Every point is smoothed, whatever the window.
void Smoothed(benchmark::State& state) {
  Smoothing smoothing;
  smoothing.kind = static_cast<SmoothingKind>(state.range(0));
  smoothing.weight = 0.9;
  smoothing.half_life = 100;
  smoothing.window = static_cast<uint32_t>(state.range(1));
  smoothing.width = static_cast<double>(state.range(1));
  Ask(state, XAxis::kStep, 0, smoothing);
}
BENCHMARK(Smoothed)
    ->ArgNames({"kind", "window"})
    ->Args({static_cast<int>(SmoothingKind::kExponential), 1})
    ->Args({static_cast<int>(SmoothingKind::kTimeWeighted), 1})
    ->ArgsProduct({{static_cast<int>(SmoothingKind::kMean),
                    static_cast<int>(SmoothingKind::kMedian)},
                   {11, 101, 10'001, 100'000}})
    ->ArgsProduct({{static_cast<int>(SmoothingKind::kGaussian)}, {10, 1000, 10'000}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

}  // namespace
}  // namespace stepscope
