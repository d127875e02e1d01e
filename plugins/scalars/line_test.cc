#include "plugins/scalars/line.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/file.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/run_for_test.h"
#include "plugins/scalars/scalars.h"

namespace stepscope {
namespace {

Table Query(const RunSnapshot& run, const LineView& view,
            const std::optional<KnownLine>& known = std::nullopt) {
  Result<Table> table =
      QueryLine(run, run.series[0], view, SmoothingPlan(view.smoothing), nullptr, known, 1 << 21);
  EXPECT_TRUE(table.has_value());
  return *std::move(table);
}

KnownLine Known(const Table& table) {
  return {table.facts["revision"].get<std::string>(), table.facts["settled"].get<uint64_t>()};
}

Smoothing RandomSmoothing(std::mt19937_64& random) {
  const auto window = static_cast<uint32_t>(1 + random() % 12);
  switch (random() % 7) {
    case 0:
      return {.kind = SmoothingKind::kExponential, .weight = 0.9};
    case 1:
      return {.kind = SmoothingKind::kTimeWeighted, .half_life = 3};
    case 2:
      return {.kind = SmoothingKind::kMean, .window = window};
    case 3:
      return {.kind = SmoothingKind::kMean, .window = window, .is_trailing = true};
    case 4:
      return {.kind = SmoothingKind::kMedian, .window = window};
    case 5:
      return {.kind = SmoothingKind::kGaussian, .width = static_cast<double>(window) / 3};
    default:
      return {};
  }
}

// Whatever the line and the window: what a client gets piece by piece is what it would get at once.
TEST(LineTest, WhatIsNewCompletesWhatWasThere) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(round);
    LineView view;
    view.smoothing = RandomSmoothing(random);
    if (random() % 3 != 0) view.from = static_cast<double>(random() % 60);
    if (random() % 3 != 0) view.to = view.from.value_or(0) + static_cast<double>(random() % 30);
    const bool is_shuffled = random() % 2 == 0;

    RunBuilder builder;
    int64_t step = 0;
    const auto append = [&](size_t count) {
      for (size_t i = 0; i < count; ++i) {
        step = is_shuffled ? static_cast<int64_t>(random() % 100)
                           : step + static_cast<int64_t>(random() % 5);
        builder.Append(0, step, static_cast<double>(step) / 10, static_cast<float>(random() % 9));
      }
    };
    append(1 + random() % 30);
    // A series stops being constant at most once, and then comes anew.
    builder.Append(0, step, 0, 100);
    builder.Append(0, step, 0, 200);
    Table last = Query(builder.Build(), view);
    std::vector<int64_t> steps = ColumnOf<int64_t>(last, "step");
    std::vector<double> smoothed = ColumnOf<double>(last, "smoothed");
    for (int growth = 0; growth < 4; ++growth) {
      append(random() % 20);
      const Table next = Query(builder.Build(), view, Known(last));
      EXPECT_EQ(next.facts["from_ordinal"], last.facts["settled"]);
      EXPECT_EQ(next.facts["revision"], last.facts["revision"]);
      const auto unsettled = last.facts["unsettled_rows"].get<size_t>();
      EXPECT_TRUE(unsettled == 0 || view.smoothing.LooksAhead());
      steps.resize(steps.size() - unsettled);
      if (!smoothed.empty()) smoothed.resize(smoothed.size() - unsettled);
      for (const int64_t more : ColumnOf<int64_t>(next, "step")) steps.push_back(more);
      for (const double more : ColumnOf<double>(next, "smoothed")) smoothed.push_back(more);
      last = next;
    }
    const Table whole = Query(builder.Build(), view);
    EXPECT_EQ(steps, ColumnOf<int64_t>(whole, "step"));
    EXPECT_EQ(smoothed, ColumnOf<double>(whole, "smoothed"));
  }
}

TEST(LineTest, TheWindowHoldsEveryPieceOfLineThatTouchesIt) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 500; ++round) {
    RunBuilder builder;
    std::vector<int64_t> all;
    for (size_t i = 0; i < 1 + random() % 20; ++i) {
      all.push_back(static_cast<int64_t>(random() % 50));
      builder.Append(0, all.back(), 0, 1);
    }
    LineView view;
    view.from = static_cast<double>(random() % 50);
    view.to = *view.from + static_cast<double>(random() % 10);
    const auto touches = [&](int64_t a, int64_t b) {
      return static_cast<double>(std::max(a, b)) >= *view.from &&
             static_cast<double>(std::min(a, b)) <= *view.to;
    };
    std::vector<int64_t> expected;
    for (size_t i = 0; i < all.size(); ++i) {
      const bool is_in = touches(all[i], all[i]) || (i > 0 && touches(all[i - 1], all[i])) ||
                         (i + 1 < all.size() && touches(all[i], all[i + 1]));
      if (is_in) expected.push_back(all[i]);
    }
    EXPECT_EQ(ColumnOf<int64_t>(Query(builder.Build(), view), "step"), expected);
  }
}

TEST(LineTest, AnEarlierFileThatGrowsMovesPoints) {
  RunBuilder builder;
  builder.Append(0, 0, 0, 1);
  builder.Append(1, 1, 0, 2);
  const Table first = Query(builder.Build(), {});
  builder.Append(1, 2, 0, 3);
  const Table appended = Query(builder.Build(), {}, Known(first));
  EXPECT_EQ(appended.facts["from_ordinal"], 2);
  builder.Append(0, 5, 0, 4);
  const Table moved = Query(builder.Build(), {}, Known(appended));
  EXPECT_EQ(moved.facts["from_ordinal"], 0);
  EXPECT_EQ(ColumnOf<int64_t>(moved, "step"), (std::vector<int64_t>{0, 5, 1, 2}));
}

TEST(LineTest, AFileThatIsReadAnewIsAnotherLine) {
  RunBuilder builder;
  for (int64_t step = 0; step < 5; ++step) builder.Append(0, step, 0, 1);
  RunSnapshot run = builder.Build();
  const Table first = Query(run, {});
  run.files[0].reading = 99;
  EXPECT_EQ(Query(run, {}, Known(first)).facts["from_ordinal"], 0);
}

TEST(LineTest, ThinnedAnswersAreBoundedAndKeepASpike) {
  RunBuilder builder;
  constexpr int64_t kSize = 300'000;
  for (int64_t step = 0; step < kSize; ++step) {
    builder.Append(0, step, static_cast<double>(step), step == 123'456 ? 50.F : 1.F);
  }
  LineView view;
  view.pixels = 100;
  view.smoothing = {.kind = SmoothingKind::kExponential, .weight = 0.99};
  for (const XAxis x : {XAxis::kStep, XAxis::kRelative, XAxis::kWall}) {
    view.x = x;
    const Table table = Query(builder.Build(), view);
    const auto values = ColumnOf<double>(table, "value");
    EXPECT_LT(values.size(), 600);
    EXPECT_EQ(std::ranges::max(values), 50);
    EXPECT_EQ(ColumnOf<int64_t>(table, "step").back(), kSize - 1);
  }
}

TEST(LineTest, RefusesAnswersWithoutBound) {
  RunBuilder builder;
  for (int64_t step = 0; step < 100; ++step) builder.Append(0, step, 0, 1);
  const RunSnapshot run = builder.Build();
  EXPECT_TRUE(
      QueryLine(run, run.series[0], {}, SmoothingPlan({}), nullptr, std::nullopt, 100).has_value());
  const auto refused =
      QueryLine(run, run.series[0], {}, SmoothingPlan({}), nullptr, std::nullopt, 99);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
}

TEST(LineTest, GivesUpWhenNobodyWaits) {
  RunBuilder builder;
  for (int64_t step = 0; step < 5000; ++step) builder.Append(0, step, 0, 1);
  Snapshot snapshot;
  snapshot.runs.push_back(std::make_shared<RunSnapshot>(builder.Build()));
  const ServerOptions options;
  const Stats stats;
  const Context context{snapshot, RealFileSystem(), stats, SystemClock(), options};
  std::stop_source stop;
  for (const Route& route : kScalars.routes) {
    if (route.path == "export") continue;  // Reads no more than it answers with.
    Request request{.method = Method::kPost, .stop = stop.get_token()};
    request.body = R"({"series": [["train", "loss"]], "smoothing": {"kind": "mean", "window": 9},)"
                   R"( "groups": [{"name": "", "series": [["train", "loss"]]}]})";
    SCOPED_TRACE(route.path);
    EXPECT_TRUE(route.handle(request, context).has_value());
    stop.request_stop();
    const auto given_up = route.handle(request, context);
    ASSERT_FALSE(given_up.has_value());
    EXPECT_EQ(given_up.error().code, Code::kCancelled);
    stop = std::stop_source();
  }
}

TEST(FindScalarSeriesTest, TakesNamesAsTheyWereShown) {
  RunBuilder builder;
  builder.Append(0, 0, 0, 1);
  auto run = std::make_shared<RunSnapshot>(builder.Build("lo\xffss"));
  run->name = "r\xfen";
  Snapshot snapshot;
  snapshot.runs.push_back(run);
  EXPECT_NE(FindScalarSeries(snapshot, "r\xfen", "lo\xffss").series, nullptr);
  EXPECT_NE(FindScalarSeries(snapshot, "r\xef\xbf\xbdn", "lo\xef\xbf\xbdss").series, nullptr);
  EXPECT_EQ(FindScalarSeries(snapshot, "r\xef\xbf\xbdn", "loss").series, nullptr);
  EXPECT_EQ(FindScalarSeries(snapshot, "rn", "lo\xffss").run, nullptr);
}

// Names that begin alike and are not UTF-8: comparing each with each would take minutes.
TEST(SeriesFinderTest, ManyShownNamesCostNoMoreThanTheirBytes) {
  RunSnapshot run;
  run.name = "train";
  for (int i = 0; i < 15; ++i) {
    auto info = std::make_shared<SeriesInfo>();
    info->tag = "\xff" + std::string(1 << 20, 'x') + static_cast<char>('a' + i);
    info->plugin_name = "scalars";
    info->kind = SeriesKind::kScalar;
    run.series.emplace_back().info = std::move(info);
  }
  Snapshot snapshot;
  snapshot.runs.push_back(std::make_shared<RunSnapshot>(std::move(run)));
  SeriesFinder finder(snapshot, IsScalarSeries);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4096; ++i) EXPECT_EQ(finder.Find("train", "\xef\xbf\xbd").series, nullptr);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  const std::string last = "\xef\xbf\xbd" + std::string(1 << 20, 'x') + "o";
  EXPECT_EQ(finder.Find("train", last).series, &snapshot.runs[0]->series[14]);
}

TEST(LineTest, CountsThePointsThatItHasGoneOver) {
  constexpr int64_t kPoints = 5000;
  RunBuilder builder;
  for (int64_t step = 0; step < kPoints; ++step) {
    builder.Append(0, step, static_cast<double>(step), static_cast<float>(step % 7));
  }
  const RunSnapshot run = builder.Build();
  Job job;
  job.Begin(2 * kPoints);
  LineView view;
  view.pixels = 100;
  view.smoothing = {.kind = SmoothingKind::kMedian, .window = 2001};
  view.job = &job;
  Query(run, view);
  EXPECT_EQ(job.fraction(), 0.5);
}

TEST(SpendOnPointsTest, WhatCostsMoreIsForFewerPoints) {
  const Smoothing median = {.kind = SmoothingKind::kMedian, .window = 100'000};
  uint64_t left = kMaxPointCost;
  EXPECT_TRUE(SpendOnPoints(40'000'000, 0, median, left));
  EXPECT_EQ(left, kMaxPointCost - 80'000'000);
  const Status refused = SpendOnPoints(40'000'000, 0, median, left);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_EQ(refused.error().message,
            "these series have too many points to go over at once and smooth; smooth less; ask for "
            "fewer series");
  EXPECT_EQ(left, kMaxPointCost - 80'000'000);
  EXPECT_TRUE(SpendOnPoints(UINT64_MAX, 0, {}, left));
  EXPECT_FALSE(SpendOnPoints(UINT64_MAX, 2, {}, left));
}

}  // namespace
}  // namespace stepscope
