#include "analysis/smooth.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Smoothing Exponential(double weight) {
  return {.kind = SmoothingKind::kExponential, .weight = weight};
}
Smoothing TimeWeighted(double half_life) {
  return {.kind = SmoothingKind::kTimeWeighted, .half_life = half_life};
}
Smoothing Windowed(SmoothingKind kind, uint32_t window, bool is_trailing = false) {
  return {.kind = kind, .window = window, .is_trailing = is_trailing};
}
Smoothing Gaussian(double width) { return {.kind = SmoothingKind::kGaussian, .width = width}; }

bool IsConstant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

// Each kind by its formula, over the whole series at once.
double ReferenceAt(const Smoothing& how, const std::vector<double>& xs,
                   const std::vector<double>& values, size_t at) {
  switch (how.kind) {
    case SmoothingKind::kNone:
      return values[at];
    case SmoothingKind::kExponential: {
      const double weight = std::isnan(how.weight) ? 0 : std::clamp(how.weight, 0.0, 1.0);
      double last = 0;
      for (size_t i = 0; i <= at; ++i) last = last * weight + (1 - weight) * values[i];
      return last / (weight == 1 ? 1 : 1 - std::pow(weight, at + 1));
    }
    case SmoothingKind::kTimeWeighted: {
      double sum = 0;
      double weights = 0;
      double distance = 0;
      for (size_t i = at + 1; i-- > 0;) {
        if (i < at) distance += std::abs(xs[i + 1] - xs[i]);
        sum += values[i] * std::exp2(-distance / how.half_life);
        weights += std::exp2(-distance / how.half_life);
      }
      return sum / weights;
    }
    case SmoothingKind::kMean:
    case SmoothingKind::kMedian: {
      const size_t ahead = how.is_trailing ? 0 : (how.window - 1) / 2;
      const size_t end = std::min(at + ahead + 1, values.size());
      const size_t begin = at + ahead + 1 - std::min<size_t>(at + ahead + 1, how.window);
      std::vector<double> window(values.begin() + static_cast<ptrdiff_t>(begin),
                                 values.begin() + static_cast<ptrdiff_t>(end));
      if (how.kind == SmoothingKind::kMean) {
        double sum = 0;
        for (const double value : window) sum += value;
        return sum / static_cast<double>(window.size());
      }
      std::sort(window.begin(), window.end());
      const size_t middle = window.size() / 2;
      return window.size() % 2 == 1 ? window[middle] : (window[middle - 1] + window[middle]) / 2;
    }
    case SmoothingKind::kGaussian: {
      double sum = 0;
      double weights = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        const double distance = (static_cast<double>(i) - static_cast<double>(at)) / how.width;
        sum += values[i] * std::exp(-distance * distance / 2);
        weights += std::exp(-distance * distance / 2);
      }
      return sum / weights;
    }
  }
  return kNaN;
}

std::vector<double> Reference(const Smoothing& how, const std::vector<double>& xs,
                              const std::vector<double>& values) {
  if (IsConstant(values)) return values;
  std::vector<double> finite_xs;
  std::vector<double> finite;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    finite.push_back(values[i]);
    finite_xs.push_back(xs[i]);
  }
  std::vector<double> smoothed = values;
  size_t at = 0;
  for (double& value : smoothed) {
    if (std::isfinite(value)) value = ReferenceAt(how, finite_xs, finite, at++);
  }
  return smoothed;
}

struct Pieces {
  std::vector<double> smoothed;
  size_t settled = 0;  // How many of the finite ones came before the end.
};

Pieces SmoothInPieces(const Smoothing& how, const std::vector<double>& xs,
                      const std::vector<double>& values, size_t piece) {
  ConstantCheck check;
  bool is_constant = true;
  for (size_t i = 0; i < values.size(); i += piece) {
    is_constant = check.Add(std::span(values).subspan(i, std::min(piece, values.size() - i)));
  }
  Smoother smoother(SmoothingPlan(how), is_constant);
  std::vector<double> finite;
  for (size_t i = 0; i < values.size(); i += piece) {
    const size_t size = std::min(piece, values.size() - i);
    smoother.Add(std::span(xs).subspan(i, size), std::span(values).subspan(i, size), finite);
  }
  smoother.Settle(finite);
  Pieces pieces = {.smoothed = values, .settled = finite.size()};
  smoother.Finish(finite);
  size_t at = 0;
  for (double& value : pieces.smoothed) {
    if (!std::isfinite(value)) continue;
    EXPECT_LT(at, finite.size());
    if (at < finite.size()) value = finite[at++];
  }
  EXPECT_EQ(at, finite.size());
  return pieces;
}

std::vector<double> Steps(size_t size) {
  std::vector<double> xs(size);
  for (size_t i = 0; i < size; ++i) xs[i] = static_cast<double>(i);
  return xs;
}

std::vector<double> Smoothed(const Smoothing& how, const std::vector<double>& values) {
  return SmoothInPieces(how, Steps(values.size()), values, 7).smoothed;
}

void ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected,
                double tolerance = 1e-10) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    SCOPED_TRACE(i);
    if (std::isfinite(expected[i])) {
      EXPECT_NEAR(actual[i], expected[i], tolerance * (1 + std::abs(expected[i])));
    } else {
      EXPECT_TRUE(actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i])));
    }
  }
}

std::vector<Smoothing> EveryKind() {
  std::vector<Smoothing> kinds;
  for (const double weight : {0.0, 0.1, 0.6, 0.99, 0.999999, 1.0}) {
    kinds.push_back(Exponential(weight));
  }
  for (const double half_life : {1e-3, 1.0, 30.0, 1e6}) kinds.push_back(TimeWeighted(half_life));
  for (const SmoothingKind kind : {SmoothingKind::kMean, SmoothingKind::kMedian}) {
    for (const uint32_t window : {1, 2, 3, 4, 21, 100, 1999}) {
      kinds.push_back(Windowed(kind, window));
      kinds.push_back(Windowed(kind, window, /*is_trailing=*/true));
    }
  }
  for (const double width : {1e-9, 0.3, 1.0, 5.5, 7.9, 8.0, 20.0, 100.0, 999.0}) {
    kinds.push_back(Gaussian(width));
  }
  return kinds;
}

std::string NameOf(const Smoothing& how) {
  return "kind " + std::to_string(static_cast<int>(how.kind)) + " weight " +
         std::to_string(how.weight) + " half_life " + std::to_string(how.half_life) + " window " +
         std::to_string(how.window) + (how.is_trailing ? " trailing" : "") + " width " +
         std::to_string(how.width);
}

TEST(SmoothTest, EveryKindEqualsItsFormula) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0, 10);
  for (const Smoothing& how : EveryKind()) {
    for (const size_t size : {0, 1, 2, 3, 17, 400, 1500}) {
      SCOPED_TRACE(testing::Message() << NameOf(how) << " size " << size);
      std::vector<double> xs(size);
      std::vector<double> values(size);
      double x = 1.7e9;
      for (size_t i = 0; i < size; ++i) {
        xs[i] = x += normal(random);
        values[i] = normal(random);
        if (random() % 50 == 0) values[i] = kNaN;
        if (random() % 50 == 0) values[i] = random() % 2 == 0 ? kInf : -kInf;
      }
      const auto expected = Reference(how, xs, values);
      ExpectNear(SmoothInPieces(how, xs, values, 1).smoothed, expected, 1e-6);
      const auto whole = SmoothInPieces(how, xs, values, 1000).smoothed;
      ExpectNear(whole, expected, how.kind == SmoothingKind::kGaussian ? 1e-6 : 1e-9);
    }
  }
}

TEST(SmoothTest, WhatWasHandedOutNoLaterPointChanges) {
  std::mt19937_64 random(2);
  for (const Smoothing& how : EveryKind()) {
    SCOPED_TRACE(NameOf(how));
    std::vector<double> values(300);
    for (double& value : values) value = static_cast<double>(random() % 100);
    const auto xs = Steps(values.size());
    const auto before = SmoothInPieces(how, xs, values, 64);
    EXPECT_EQ(before.settled == values.size(), !how.LooksAhead());
    for (int i = 0; i < 300; ++i) values.push_back(1e6);
    const auto after = SmoothInPieces(how, Steps(values.size()), values, 64);
    for (size_t i = 0; i < before.settled; ++i) {
      ASSERT_EQ(before.smoothed[i], after.smoothed[i]) << i;
    }
  }
}

TEST(SmoothTest, LeavesAConstantSeriesExactlyAsItIs) {
  const std::vector<double> values(1000, 0.1);
  for (const Smoothing& how : EveryKind()) {
    SCOPED_TRACE(NameOf(how));
    EXPECT_EQ(Smoothed(how, values), values);
    EXPECT_EQ(Smoothed(how, {kInf, kInf}), (std::vector<double>{kInf, kInf}));
  }
}

TEST(SmoothTest, NonFinitePointsStayAsTheyAreAndDoNotCount) {
  for (const Smoothing& how : {Exponential(0.5), Windowed(SmoothingKind::kMean, 3),
                               Windowed(SmoothingKind::kMedian, 3), Gaussian(1), Gaussian(9)}) {
    SCOPED_TRACE(NameOf(how));
    const auto with = Smoothed(how, {kNaN, 1, kNaN, 3, kInf, 5, -kInf});
    const auto without = Smoothed(how, {1, 3, 5});
    EXPECT_TRUE(std::isnan(with[0]) && std::isnan(with[2]));
    EXPECT_EQ(with[4], kInf);
    EXPECT_EQ(with[6], -kInf);
    EXPECT_EQ(std::vector<double>({with[1], with[3], with[5]}), without);
  }
}

TEST(SmoothTest, APointThatIsNowhereTakesNoPartInTimeWeighting) {
  const std::vector<double> xs = {0, kNaN, 1, kInf, 3};
  const auto smoothed = SmoothInPieces(TimeWeighted(1), xs, {4, 100, 2, 100, 8}, 2).smoothed;
  ExpectNear(smoothed, {4, 100, (2 + 2) / 1.5, 100, (8 + 0.5 + 0.5) / 1.375});
}

TEST(SmoothTest, ClampsTheWeight) {
  const std::vector<double> values = {1, 2, 4, 8};
  ExpectNear(Smoothed(Exponential(7), values), Smoothed(Exponential(1), values));
  ExpectNear(Smoothed(Exponential(-3), values), values);
  ExpectNear(Smoothed(Exponential(kNaN), values), values);
}

// Neither rounding that stays in a sum nor that of a transform over a whole block.
TEST(SmoothTest, ASpikeLeavesNoTraceBeyondItsReach) {
  std::vector<double> values = Steps(3000);
  values[1000] = 1e30;
  for (const Smoothing& how :
       {Windowed(SmoothingKind::kMean, 51), Gaussian(5), Gaussian(9), Gaussian(20)}) {
    SCOPED_TRACE(NameOf(how));
    const auto smoothed = Smoothed(how, values);
    EXPECT_GT(smoothed[1000], 1e27);
    for (size_t i = 1300; i < 2700; ++i) {
      ASSERT_NEAR(smoothed[i], static_cast<double>(i), 1e-3) << i;
    }
  }
}

// Blocks of a running median end at places of its own, where nothing may show.
TEST(SmoothTest, MediansOfEveryShapeOfSeriesEqualTheSortedWindow) {
  constexpr size_t kSize = 6000;
  std::mt19937_64 random(4);
  std::vector<std::vector<double>> shapes(6, std::vector<double>(kSize));
  for (size_t i = 0; i < kSize; ++i) {
    const auto x = static_cast<double>(i);
    shapes[0][i] = x;
    shapes[1][i] = -x;
    shapes[2][i] = i % 2 == 0 ? x : -x;  // The middle jumps over all ranks.
    shapes[3][i] = i < kSize / 2 ? 1e300 : -1e300;
    shapes[4][i] = static_cast<double>(random() % 5) - 2;
    shapes[5][i] = std::bit_cast<double>(random() >> 2 | (random() & 1) << 63);
  }
  for (const uint32_t window : {1, 2, 64, 1023, 1024, 1025, 3000, 10'000}) {
    for (const bool is_trailing : {false, true}) {
      const Smoothing how = Windowed(SmoothingKind::kMedian, window, is_trailing);
      for (const std::vector<double>& values : shapes) {
        const auto smoothed = SmoothInPieces(how, Steps(kSize), values, 700).smoothed;
        for (size_t i = 0; i < kSize; i += 1 + random() % 200) {
          ASSERT_EQ(smoothed[i], ReferenceAt(how, {}, values, i)) << NameOf(how) << " at " << i;
        }
      }
    }
  }
}

TEST(SmoothTest, AWideWindowIsNoMoreWork) {
  std::vector<double> values(300'000);
  std::mt19937_64 random(3);
  for (double& value : values) value = static_cast<double>(random() % 1000);
  for (const Smoothing& how :
       {Windowed(SmoothingKind::kMean, Smoothing::kMaxWindow),
        Windowed(SmoothingKind::kMedian, Smoothing::kMaxWindow), Gaussian(Smoothing::kMaxWidth)}) {
    SCOPED_TRACE(NameOf(how));
    for (const double value : Smoothed(how, values)) ASSERT_NEAR(value, 500, 15);
  }
}

}  // namespace
}  // namespace stepscope
