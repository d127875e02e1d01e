#include "analysis/aggregate.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

const std::vector<Statistic> kAll = {Statistic::kCount,   Statistic::kMean,    Statistic::kMedian,
                                     Statistic::kMin,     Statistic::kMax,     Statistic::kStd,
                                     Statistic::kStderr,  Statistic::kCi95Low, Statistic::kIqm,
                                     Statistic::kCi95High};

std::vector<double> Read(std::vector<double> values) {
  Aggregator aggregator(kAll);
  std::vector<double> row(aggregator.size(), -1);
  aggregator.Read(values, row);
  return row;
}

// From printed tables.
TEST(AggregateTest, KnowsStudentsT) {
  EXPECT_NEAR(StudentT975(1), 12.7062047364, 1e-9);
  EXPECT_NEAR(StudentT975(2), 4.30265272975, 1e-10);
  EXPECT_NEAR(StudentT975(3), 3.18244630528, 1e-10);
  EXPECT_NEAR(StudentT975(10), 2.22813885196, 1e-10);
  EXPECT_NEAR(StudentT975(30), 2.04227245630, 1e-10);
  EXPECT_NEAR(StudentT975(1000), 1.96233908082, 1e-10);
}

TEST(AggregateTest, ReadsEveryStatistic) {
  const auto row = Read({7, 1, 100, 3, 5, 2, 4, 6});
  EXPECT_EQ(row[0], 8);
  EXPECT_EQ(row[1], 16);
  EXPECT_EQ(row[2], 4.5);
  EXPECT_EQ(row[3], 1);
  EXPECT_EQ(row[4], 100);
  const double deviation = std::sqrt(8092.0 / 7);
  EXPECT_NEAR(row[5], deviation, 1e-12);
  EXPECT_NEAR(row[6], deviation / std::sqrt(8.0), 1e-12);
  EXPECT_NEAR(row[7], 16 - 2.36462425159 * deviation / std::sqrt(8.0), 1e-9);
  EXPECT_EQ(row[8], 4.5);
  EXPECT_NEAR(row[9], 16 + 2.36462425159 * deviation / std::sqrt(8.0), 1e-9);
}

TEST(AggregateTest, SaysWhatAFewValuesCannotTell) {
  const auto none = Read({});
  EXPECT_EQ(none[0], 0);
  for (size_t i = 1; i < none.size(); ++i) EXPECT_TRUE(std::isnan(none[i])) << i;
  const auto one = Read({3});
  EXPECT_EQ(std::vector<double>(one.begin(), one.begin() + 5),
            (std::vector<double>{1, 3, 3, 3, 3}));
  for (const size_t i : {5, 6, 7, 9}) EXPECT_TRUE(std::isnan(one[i])) << i;
  EXPECT_EQ(one[8], 3);
  EXPECT_EQ(Read({1, 2, 9})[8], 4);
  EXPECT_EQ(Read({1, 2, 9, 4})[8], 3);
}

}  // namespace
}  // namespace stepscope
