#include "wire/histogram_view.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/event_file.h"
#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

std::vector<double> Row(const HistogramBucket& bucket) {
  return {bucket.left, bucket.right, bucket.count};
}

std::optional<std::vector<std::vector<double>>> Parse(const std::string& message) {
  const auto buckets = ParseHistogram(std::as_bytes(std::span(message)));
  if (!buckets) return std::nullopt;
  std::vector<std::vector<double>> rows;
  for (const HistogramBucket& bucket : *buckets) rows.push_back(Row(bucket));
  return rows;
}

TEST(HistogramViewTest, DropsEmptyBucketsAtBothEnds) {
  const std::string message = HistogramMessage(-1, 5, {-2, 0, 2, 4, 1.797e308}, {0, 1, 0, 3, 0});
  EXPECT_THAT(Parse(message), Optional(ElementsAre(ElementsAre(-1, 0, 1), ElementsAre(0, 2, 0),
                                                   ElementsAre(2, 5, 3))));
}

TEST(HistogramViewTest, ASingleBucketSpansLowestToHighest) {
  EXPECT_THAT(Parse(HistogramMessage(3, 4, {1, 9}, {0, 7})),
              Optional(ElementsAre(ElementsAre(3, 4, 7))));
}

TEST(HistogramViewTest, WithoutValuesThereAreNoBuckets) {
  EXPECT_THAT(Parse(HistogramMessage(0, 0, {1, 2}, {0, 0})), Optional(IsEmpty()));
  EXPECT_THAT(Parse(""), Optional(IsEmpty()));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Parse(HistogramMessage(0, 0, {1}, {nan})), Optional(IsEmpty()));
}

TEST(HistogramViewTest, ReadsUnpackedNumbersToo) {
  std::string message;
  ProtoWriter writer(message);
  writer.Double(1, 1);
  writer.Double(2, 2);
  writer.Double(6, 5);
  writer.Double(7, 3);
  EXPECT_THAT(Parse(message), Optional(ElementsAre(ElementsAre(1, 2, 3))));
}

TEST(HistogramViewTest, LeavesOutWhatHasNoCounterpart) {
  EXPECT_THAT(Parse(HistogramMessage(0, 9, {1, 2, 3}, {1})),
              Optional(ElementsAre(ElementsAre(0, 9, 1))));
}

TEST(HistogramViewTest, RefusesWhatIsNoMessage) {
  const std::string message = HistogramMessage(0, 9, {1, 2}, {1, 1});
  EXPECT_EQ(Parse(message.substr(0, message.size() - 1)), std::nullopt);
  std::string odd;
  ProtoWriter(odd).Bytes(6, "1234567");
  EXPECT_EQ(Parse(odd), std::nullopt);
}

}  // namespace
}  // namespace stepscope
