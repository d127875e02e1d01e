#include "store/value_points.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/stage.h"

namespace stepscope {
namespace {

using testing::ElementsAre;

// A run whose one series has these values: (step, the number by which the test knows the value).
class Values {
 public:
  explicit Values(SeriesKind kind) : kind_(kind) {}

  Values& File(const std::string& path) {
    stage_.BeginFile(stage_.AddFile(path));
    stage_.AddEvent(1);
    stage_.AddFileVersion(2);
    return *this;
  }
  Values& Start(int64_t step) {
    stage_.AddEvent(1);
    EXPECT_TRUE(stage_.AddSessionStart(step));
    return *this;
  }
  Values& Value(int64_t step, uint32_t number) {
    stage_.AddEvent(1);
    stage_.BeginSummary(step);
    SeriesStage* series = stage_.Find("t");
    if (series == nullptr || !stage_.HasStrand(*series)) {
      series = stage_.AddStrand({.tag = "t", .plugin_name = "x", .kind = kind_});
    }
    stage_.AppendBlob(*series, step, 1, {.value_length = number, .blobs = number});
    return *this;
  }
  std::vector<uint32_t> Find() {
    const auto run = stage_.Publish();
    std::vector<uint32_t> numbers;
    for (const ValuePoint& point : FindCompatValues(*run->Find("t"))) {
      numbers.push_back(point.ref.value_length);
    }
    return numbers;
  }
  uint32_t MaxBlobs() { return MaxCompatBlobs(*stage_.Publish()->Find("t")); }

 private:
  SeriesKind kind_;
  RunStage stage_{"run", "logs/run"};
};

TEST(ValuePointsTest, TensorsStayAsTheyWereLogged) {
  Values values(SeriesKind::kTensor);
  values.File("a").Value(5, 1).Value(3, 2).Value(5, 3);
  EXPECT_THAT(values.Find(), ElementsAre(1, 2, 3));
}

TEST(ValuePointsTest, OfBlobsTheFirstOfEachStepCountsByStep) {
  Values values(SeriesKind::kBlob);
  values.File("a").Value(5, 1).Value(3, 2).Value(5, 3).Value(-1, 4);
  EXPECT_THAT(values.Find(), ElementsAre(4, 2, 1));
}

TEST(ValuePointsTest, BlobsAreCountedAlsoWhereTheirStepShowsOthers) {
  Values values(SeriesKind::kBlob);
  values.File("a").Value(5, 1).Value(5, 2);
  EXPECT_EQ(values.MaxBlobs(), 2u);
}

TEST(ValuePointsTest, WhatARestartPurgedIsLeftOut) {
  for (const SeriesKind kind : {SeriesKind::kTensor, SeriesKind::kBlob}) {
    Values values(kind);
    values.File("a").Start(0).Value(1, 1).Value(2, 2).Value(3, 3);
    values.File("b").Start(2).Value(2, 4).Value(4, 5);
    EXPECT_THAT(values.Find(), ElementsAre(1, 4, 5));
  }
}

TEST(ValuePointsTest, EveryValueOfALongSeriesIsFound) {
  Values values(SeriesKind::kTensor);
  values.File("a");
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < 5000; ++i) {
    values.Value(i, i);
    numbers.push_back(i);
  }
  EXPECT_EQ(values.Find(), numbers);
}

}  // namespace
}  // namespace stepscope
