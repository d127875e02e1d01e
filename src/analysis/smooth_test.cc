#include "analysis/smooth.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Upstream's loop, line by line: std::pow for each point, whole series at once.
std::vector<double> Reference(const std::vector<double>& values, double weight) {
  bool is_constant = true;
  for (const double value : values) is_constant = is_constant && value == values.front();
  std::vector<double> smoothed;
  double last = 0;
  int count = 0;
  for (const double value : values) {
    if (is_constant || !std::isfinite(value)) {
      smoothed.push_back(value);
      continue;
    }
    last = last * weight + (1 - weight) * value;
    ++count;
    const double debias = weight == 1 ? 1 : 1 - std::pow(weight, count);
    smoothed.push_back(last / debias);
  }
  return smoothed;
}

std::vector<double> SmoothInPieces(const std::vector<double>& values, double weight, size_t piece) {
  ConstantCheck check;
  bool is_constant = true;
  for (size_t i = 0; i < values.size(); i += piece) {
    is_constant = check.Add(std::span(values).subspan(i, std::min(piece, values.size() - i)));
  }
  Smoother smoother(weight, is_constant);
  std::vector<double> smoothed = values;
  for (size_t i = 0; i < values.size(); i += piece) {
    const auto part = std::span(smoothed).subspan(i, std::min(piece, values.size() - i));
    smoother.Add(part, part);
  }
  return smoothed;
}

void ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    SCOPED_TRACE(i);
    if (std::isfinite(expected[i])) {
      EXPECT_NEAR(actual[i], expected[i], 1e-10 * (1 + std::abs(expected[i])));
    } else {
      EXPECT_TRUE(actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i])));
    }
  }
}

TEST(SmoothTest, EqualsUpstreamsLoop) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0, 10);
  for (const double weight : {0.0, 0.1, 0.6, 0.9, 0.99, 0.999, 0.999999, 1.0}) {
    for (const size_t size : {0, 1, 2, 3, 100, 5000}) {
      SCOPED_TRACE(testing::Message() << "weight " << weight << " size " << size);
      std::vector<double> values(size);
      for (double& value : values) {
        value = normal(random);
        if (random() % 50 == 0) value = kNaN;
        if (random() % 50 == 0) value = random() % 2 == 0 ? kInf : -kInf;
      }
      ExpectNear(SmoothInPieces(values, weight, 1), Reference(values, weight));
      ExpectNear(SmoothInPieces(values, weight, 1000), Reference(values, weight));
    }
  }
}

TEST(SmoothTest, LeavesAConstantSeriesExactlyAsItIs) {
  const std::vector<double> values(1000, 0.1);
  EXPECT_EQ(SmoothInPieces(values, 0.9, 64), values);
  EXPECT_EQ(SmoothInPieces({kInf, kInf}, 0.9, 1), (std::vector<double>{kInf, kInf}));
}

TEST(SmoothTest, ClampsTheWeight) {
  const std::vector<double> values = {1, 2, 4, 8};
  ExpectNear(SmoothInPieces(values, 7, 4), Reference(values, 1));
  ExpectNear(SmoothInPieces(values, -3, 4), values);
  ExpectNear(SmoothInPieces(values, kNaN, 4), values);
}

TEST(SmoothTest, NonFinitePointsPassThroughAndDoNotCount) {
  const auto with = SmoothInPieces({1, kNaN, 3, kInf, 5}, 0.5, 2);
  const auto without = SmoothInPieces({1, 3, 5}, 0.5, 2);
  EXPECT_TRUE(std::isnan(with[1]));
  EXPECT_EQ(with[3], kInf);
  EXPECT_EQ(std::vector<double>({with[0], with[2], with[4]}), without);
}

}  // namespace
}  // namespace stepscope
