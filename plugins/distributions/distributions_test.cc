#include "plugins/distributions/distributions.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using testing::Each;
using testing::ElementsAre;

// The expected numbers are those of tensorboard/plugins/distribution/compressor.py.
TEST(CompressHistogramTest, WithoutBucketsEverythingIsZero) {
  EXPECT_THAT(CompressHistogram({}), Each(0.0));
}

TEST(CompressHistogramTest, InterpolatesInsideBuckets) {
  const std::vector<HistogramBucket> buckets = {{0, 0.5, 1}, {0.5, 1, 2}};
  EXPECT_THAT(CompressHistogram(buckets),
              ElementsAre(0.0, 0.1002, 0.23804999999999998, 0.46275, 0.625, 0.768625,
                          0.8809750000000001, 0.9499, 1.0));
}

TEST(CompressHistogramTest, SkipsBucketsThatAddNothing) {
  const std::vector<HistogramBucket> buckets = {{0, 1, 0}, {1, 2, 4}, {2, 3, 0}};
  const auto values = CompressHistogram(buckets);
  EXPECT_EQ(values.front(), 0);  // Nothing came before: the outermost edge, as upstream has it.
  EXPECT_EQ(values.back(), 3);
}

TEST(CompressHistogramTest, OneValueIsAllShares) {
  EXPECT_THAT(CompressHistogram(std::vector<HistogramBucket>{{2, 2, 6}}), Each(2.0));
}

TEST(CompressHistogramTest, EndsWhateverTheNumbersAre) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double odd : {kNaN, kInf, -kInf, -1.0, 1e308}) {
    CompressHistogram(std::vector<HistogramBucket>{{0, 1, odd}, {1, odd, 2}, {odd, 3, odd}});
  }
}

}  // namespace
}  // namespace stepscope
