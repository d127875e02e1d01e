#include "analysis/thin.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr size_t kSlots = 12;  // The most that one bucket keeps.

std::vector<ThinPoint> Thin(const std::vector<ThinPoint>& points, double low, double high,
                            uint32_t pixels, bool has_smoothed) {
  Thinner thinner(low, high, pixels, has_smoothed);
  for (const ThinPoint& point : points) thinner.Add(point);
  return thinner.Finish();
}

std::vector<ThinPoint> MakeLine(size_t size, const std::function<double(size_t)>& x, uint64_t seed,
                                double odd_share) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<ThinPoint> points(size);
  double smoothed = 0;
  for (size_t i = 0; i < size; ++i) {
    double value = normal(random);
    if (uniform(random) < odd_share) value = std::vector<double>{kNaN, kInf, -kInf}[random() % 3];
    smoothed = std::isfinite(value) ? smoothed * 0.9 + value * 0.1 : smoothed;
    points[i] = {.index = i * 3 + 7,  // Not the place in the line.
                 .x = x(i),
                 .value = value,
                 .smoothed = std::isfinite(value) ? smoothed : value};
  }
  return points;
}

// What has to be kept of one pixel column, found the slow way.
void ExpectColumnKept(const std::vector<ThinPoint>& column, const std::set<uint64_t>& kept) {
  EXPECT_TRUE(kept.contains(column.front().index));
  EXPECT_TRUE(kept.contains(column.back().index));
  const auto expect_extremes = [&](auto value_of) {
    double low = kInf;
    double high = -kInf;
    for (const ThinPoint& point : column) {
      if (!std::isfinite(value_of(point))) continue;
      low = std::min(low, value_of(point));
      high = std::max(high, value_of(point));
    }
    const auto has = [&](double wanted) {
      return std::any_of(column.begin(), column.end(), [&](const ThinPoint& point) {
        return value_of(point) == wanted && kept.contains(point.index);
      });
    };
    if (low > high) return;  // Nothing finite.
    EXPECT_TRUE(has(low)) << low;
    EXPECT_TRUE(has(high)) << high;
  };
  expect_extremes([](const ThinPoint& point) { return point.value; });
  expect_extremes([](const ThinPoint& point) { return point.smoothed; });

  std::map<double, std::pair<uint64_t, uint64_t>> odd;  // First and last by kind; NaN as 0.
  for (const ThinPoint& point : column) {
    if (std::isfinite(point.value)) continue;
    const double kind = std::isnan(point.value) ? 0 : point.value;
    odd.try_emplace(kind, point.index, point.index).first->second.second = point.index;
  }
  for (const auto& [kind, ends] : odd) {
    EXPECT_TRUE(kept.contains(ends.first));
    EXPECT_TRUE(kept.contains(ends.second));
  }
}

void ExpectThinnedWell(const std::vector<ThinPoint>& points, double low, double high,
                       uint32_t pixels) {
  const auto thinned = Thin(points, low, high, pixels, true);
  EXPECT_LE(thinned.size(), (Thinner::kMaxSweeps + 1) * (pixels + 3) * kSlots);
  std::set<uint64_t> kept;
  for (const ThinPoint& point : thinned) {
    EXPECT_TRUE(kept.empty() || *kept.rbegin() < point.index);
    kept.insert(point.index);
    const ThinPoint& original = points[(point.index - 7) / 3];
    EXPECT_EQ(original.index, point.index);
    EXPECT_EQ(original.x, point.x);
    EXPECT_TRUE(original.smoothed == point.smoothed || std::isnan(original.smoothed));
  }
  std::map<double, std::vector<ThinPoint>> columns;
  for (const ThinPoint& point : points) {
    const double column = std::floor((point.x - low) / (high - low) * pixels);
    const double outside = point.x < low ? -1.0 : pixels;
    const bool is_seen = point.x >= low && point.x <= high;
    columns[is_seen ? std::clamp(column, 0.0, pixels - 1.0) : outside].push_back(point);
  }
  for (const auto& [column, members] : columns) ExpectColumnKept(members, kept);
}

TEST(ThinTest, KeepsEveryColumnsExtremesOfAnyLine) {
  constexpr size_t kSize = 4096;
  std::mt19937_64 random(3);
  const std::vector<std::function<double(size_t)>> orders = {
      [](size_t i) { return static_cast<double>(i); },
      [](size_t i) { return static_cast<double>(kSize - i); },
      [](size_t) { return 0.0; },
      [](size_t i) { return static_cast<double>(i % 1024) * 4; },                // Sweeps.
      [](size_t i) { return static_cast<double>(i % 2 == 0 ? i : kSize - i); },  // Two writers.
      [&](size_t) { return static_cast<double>(random() % kSize); },             // No order at all.
  };
  for (size_t order = 0; order < orders.size(); ++order) {
    // Powers of two, so that both sides compute columns without rounding.
    for (const uint32_t pixels : {1, 2, 64, 512, 8192}) {
      for (const double odd_share : {0.0, 0.05, 1.0}) {
        SCOPED_TRACE(testing::Message() << order << ", " << pixels << " px, " << odd_share);
        const auto points = MakeLine(kSize, orders[order], order + pixels, odd_share);
        ExpectThinnedWell(points, 0, kSize, pixels);
        ExpectThinnedWell(points, 1024, 2048, pixels);  // Most of it lies outside.
      }
    }
  }
}

TEST(ThinTest, KeepsShortLinesWhole) {
  const auto points = MakeLine(100, [](size_t i) { return static_cast<double>(i); }, 1, 0.1);
  EXPECT_EQ(Thin(points, 0, 100, 100, true).size(), 100);
  EXPECT_EQ(Thin({}, 0, 100, 100, true).size(), 0);
}

TEST(ThinTest, KeepsThePathOfALineThatSweepsAFewTimes) {
  // Two writers of the same steps one after the other: both lines keep their own ends and extremes.
  const auto points =
      MakeLine(20000, [](size_t i) { return static_cast<double>(i % 10000); }, 5, 0);
  const auto thinned = Thin(points, 0, 10000, 100, false);
  const auto count = [&](size_t from, size_t to) {
    return std::count_if(thinned.begin(), thinned.end(), [&](const ThinPoint& point) {
      return point.index >= from * 3 + 7 && point.index < to * 3 + 7;
    });
  };
  EXPECT_GT(count(0, 10000), 300);
  EXPECT_GT(count(10000, 20000), 300);
}

TEST(ThinTest, TakesStrangeWindowsAndPlaces) {
  const double largest = std::numeric_limits<double>::max();
  std::vector<ThinPoint> points;
  for (const double x : {kNaN, -kInf, -largest, -1.0, 0.0, 1.0, largest, kInf, kNaN}) {
    points.push_back({.index = points.size(), .x = x, .value = x});
  }
  for (const auto& [low, high] :
       std::vector<std::pair<double, double>>{{0, 1},
                                              {0, 0},
                                              {1, 0},
                                              {-largest, largest},
                                              {-kInf, kInf},
                                              {kNaN, kNaN},
                                              {0, std::numeric_limits<double>::denorm_min()}}) {
    for (const uint32_t pixels : {1U, 10U, 16384U}) {
      const auto thinned = Thin(points, low, high, pixels, false);
      EXPECT_EQ(thinned.front().index, 0);
      EXPECT_EQ(thinned.back().index, points.size() - 1);
    }
  }
}

TEST(ThinToCountTest, KeepsExtremesEndsAndTheLimit) {
  std::mt19937_64 random(11);
  for (const size_t size : {0, 1, 2, 3, 5, 999, 1000, 1001, 20000}) {
    std::vector<double> values(size);
    for (double& value : values) value = static_cast<double>(random() % 1000000);
    if (size > 500) values[size / 2] = 1e9;   // A spike
    if (size > 500) values[size / 3] = -1e9;  // and a dip.
    for (const uint64_t limit : {0, 1, 2, 3, 4, 5, 10, 1000}) {
      SCOPED_TRACE(testing::Message() << size << " to " << limit);
      const auto kept = ThinToCount(values, limit);
      EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
      EXPECT_EQ(std::set<uint64_t>(kept.begin(), kept.end()).size(), kept.size());
      if (limit == 0 || size <= limit) {
        EXPECT_EQ(kept.size(), size);
        continue;
      }
      EXPECT_LE(kept.size(), limit);
      EXPECT_EQ(kept.back(), size - 1);
      EXPECT_TRUE(limit < 2 || kept.front() == 0);
      if (limit >= 4 && size > 500) {
        EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), size / 2));
        EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), size / 3));
      }
    }
  }
}

TEST(ThinToCountTest, ShowsNonFiniteValuesWhereThereIsRoom) {
  std::vector<double> values(10000, 1.0);
  values[5000] = kNaN;
  const auto kept = ThinToCount(values, 1000);
  EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), 5000));
  const std::vector<double> all_nan(10000, kNaN);
  EXPECT_GT(ThinToCount(all_nan, 1000).size(), 400);
}

TEST(ThinEvenlyTest, KeepsTheFirstAndTheNewest) {
  EXPECT_THAT(ThinEvenly(0, 0), ElementsAre());
  EXPECT_THAT(ThinEvenly(3, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(ThinEvenly(3, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(ThinEvenly(3, 2), ElementsAre(0, 2));
  EXPECT_THAT(ThinEvenly(3, 1), ElementsAre(2));
  EXPECT_THAT(ThinEvenly(11, 6), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(ThinEvenly(10, 4), ElementsAre(0, 3, 6, 9));
}

}  // namespace
}  // namespace stepscope
