#include "plugins/scalars/aggregate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "plugins/scalars/run_for_test.h"

namespace stepscope {
namespace {

// A run as its function of x: the last value at each step.
using Function = std::map<double, double>;

struct Group {
  std::vector<RunSnapshot> runs;
  std::vector<Function> functions;

  std::vector<std::unique_ptr<MemberLine>> Lines(const LineView& view) const {
    std::vector<std::unique_ptr<MemberLine>> lines;
    for (const RunSnapshot& run : runs) {
      lines.push_back(std::make_unique<MemberLine>(run, run.series[0], view, nullptr));
    }
    return lines;
  }
};

Group RandomGroup(std::mt19937_64& random, size_t runs, size_t points) {
  Group group;
  for (size_t r = 0; r < runs; ++r) {
    RunBuilder builder;
    Function& function = group.functions.emplace_back();
    const bool goes_back = random() % 4 == 0;
    int64_t step = static_cast<int64_t>(random() % 20);
    for (size_t i = 0; i < points; ++i) {
      step = goes_back ? static_cast<int64_t>(random() % 100)
                       : step + static_cast<int64_t>(random() % 4);
      const auto value = static_cast<float>(random() % 1000);
      const bool is_finite = random() % 20 != 0;
      builder.Append(0, step, static_cast<double>(i), is_finite ? value : NAN);
      if (is_finite) function[static_cast<double>(step)] = value;
    }
    group.runs.push_back(builder.Build());
  }
  return group;
}

std::vector<double> ValuesAt(const Group& group, double x, Between between) {
  std::vector<double> values;
  for (const Function& function : group.functions) {
    const auto next = function.lower_bound(x);
    if (next == function.end()) continue;
    if (next->first == x) {
      values.push_back(next->second);
      continue;
    }
    if (next == function.begin() || between == Between::kNothing) continue;
    const auto previous = std::prev(next);
    const double way = (x - previous->first) / (next->first - previous->first);
    values.push_back(between == Between::kPrevious
                         ? previous->second
                         : previous->second + way * (next->second - previous->second));
  }
  return values;
}

const std::vector<Statistic> kWanted = {Statistic::kCount, Statistic::kMean, Statistic::kMedian,
                                        Statistic::kMin, Statistic::kMax};

std::vector<double> Summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  const size_t size = values.size();
  return {static_cast<double>(size), sum / static_cast<double>(size),
          (values[(size - 1) / 2] + values[size / 2]) / 2, values.front(), values.back()};
}

TEST(AggregateTest, EqualsWhatIsComputedAtEachPlaceOfTheUnion) {
  std::mt19937_64 random(1);
  int streamed_count = 0;
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const Group group = RandomGroup(random, 1 + random() % 6, 1 + random() % 40);
    AggregateQuery query = {.statistics = kWanted};
    query.between = static_cast<Between>(random() % 3);
    std::map<double, std::vector<double>> expected;
    for (const Function& function : group.functions) {
      for (const auto& [x, y] : function) expected[x] = Summary(ValuesAt(group, x, query.between));
    }
    const SmoothingPlan plan(query.view.smoothing);
    const auto lines = group.Lines(query.view);
    const auto table = AggregateGroup(query, plan, lines, {});
    ASSERT_TRUE(table.has_value());
    const auto xs = ColumnOf<double>(*table, "x");
    ASSERT_EQ(xs.size(), expected.size());
    size_t at = 0;
    for (const auto& [x, row] : expected) {
      EXPECT_EQ(xs[at], x);
      for (size_t i = 0; i < kWanted.size(); ++i) {
        const double actual = ColumnOf<double>(*table, NameOf(kWanted[i]))[at];
        EXPECT_NEAR(actual, row[i], 1e-9) << NameOf(kWanted[i]) << " at " << x;
      }
      ++at;
    }

    // The same where points are too many to be held, unless most of them have to be sorted.
    uint64_t held = 0;
    for (const RunSnapshot& run : group.runs) held += run.series[0].size();
    const auto streamed = AggregateGroup(query, plan, lines, {.max_held_points = held - 1});
    if (!streamed.has_value()) continue;
    ++streamed_count;
    for (const std::string_view name : {"x", "mean", "median", "count"}) {
      EXPECT_EQ(ColumnOf<double>(*streamed, name), ColumnOf<double>(*table, name));
    }
  }
  EXPECT_GT(streamed_count, 50);
}

// A place for each point of each of many lines would be too many: places are taken together, and
// no extreme is lost, nor is anything invented.
TEST(AggregateTest, TakesPlacesTogetherWhereTheyAreTooMany) {
  std::mt19937_64 random(2);
  const Group group = RandomGroup(random, 6, 3000);
  AggregateQuery query = {.statistics = kWanted};
  const auto lines = group.Lines(query.view);
  const auto whole = AggregateGroup(query, SmoothingPlan({}), lines, {});
  const auto merged = AggregateGroup(query, SmoothingPlan({}), lines, {.max_evaluations = 6 * 500});
  ASSERT_TRUE(whole.has_value() && merged.has_value());
  EXPECT_EQ(whole->facts["merged"], false);
  EXPECT_EQ(merged->facts["merged"], true);
  EXPECT_LE(ColumnOf<double>(*merged, "x").size(), 501);
  EXPECT_GT(ColumnOf<double>(*merged, "x").size(), 400);
  EXPECT_EQ(std::ranges::min(ColumnOf<double>(*whole, "min")),
            std::ranges::min(ColumnOf<double>(*merged, "min")));
  EXPECT_EQ(std::ranges::max(ColumnOf<double>(*whole, "max")),
            std::ranges::max(ColumnOf<double>(*merged, "max")));
  const auto xs = ColumnOf<double>(*merged, "x");
  const auto means = ColumnOf<double>(*merged, "mean");
  for (size_t i = 0; i < xs.size(); i += 50) {
    if (xs[i] == xs.back()) continue;
    bool one_ended = false;
    for (const Function& function : group.functions) {
      one_ended |= std::abs(function.rbegin()->first - xs[i]) < xs.back() / 500;
    }
    if (one_ended) continue;  // Counts until its cell ends.
    EXPECT_NEAR(means[i], Summary(ValuesAt(group, xs[i], query.between))[1], 1e-9);
  }
}

TEST(AggregateTest, RefusesWhatItCannotHold) {
  std::mt19937_64 random(3);
  const Group group = RandomGroup(random, 8, 100);
  AggregateQuery query = {.statistics = kWanted};
  query.view.smoothing = {.kind = SmoothingKind::kMedian, .window = 1000};
  const auto refused = AggregateGroup(query, SmoothingPlan(query.view.smoothing),
                                      group.Lines(query.view), {.max_held_points = 799});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  const auto large = AggregateGroup({.statistics = kWanted}, SmoothingPlan({}), group.Lines({}),
                                    {.max_numbers = 60});
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, Code::kResourceExhausted);
}

TEST(AggregateTest, CountsPointsWhenTheyAreMeasuredReadAndMerged) {
  constexpr int64_t kPoints = 4096;
  Group group;
  for (int run = 0; run < 2; ++run) {
    RunBuilder builder;
    for (int64_t step = 0; step < kPoints; ++step) {
      builder.Append(0, step, static_cast<double>(step), static_cast<float>(step % 7));
    }
    group.runs.push_back(builder.Build());
  }
  Job job;
  job.Begin(uint64_t{3} * 2 * kPoints);
  AggregateQuery query;
  query.statistics = kWanted;
  query.view.job = &job;
  const SmoothingPlan plan(query.view.smoothing);
  ASSERT_TRUE(AggregateGroup(query, plan, group.Lines(query.view), {}));
  EXPECT_EQ(job.fraction(), 1);
}

}  // namespace
}  // namespace stepscope
