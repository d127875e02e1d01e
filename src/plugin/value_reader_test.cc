#include "plugin/value_reader.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "wire/record_reader.h"

namespace stepscope {
namespace {

using testing::HasSubstr;

// A run with one series of pictures, whose records lie in a file that tests change.
class ValueReaderTest : public testing::Test {
 protected:
  ValueReaderTest() {
    run_.name = "run";
    run_.directory = "logs/run";
    run_.files.push_back({.path = "run/events"});
    series_.info = std::make_shared<SeriesInfo>(
        SeriesInfo{.tag = "t", .plugin_name = "images", .kind = SeriesKind::kBlob});
    series_.strands = strands_;
  }

  // Appends a record that is one value.
  ValuePoint Add(const std::string& value) {
    file_.Record(value);
    files_.Write("logs/run/events", file_.bytes());
    const auto length = static_cast<uint32_t>(value.size());
    return {.step = static_cast<int64_t>(file_.record_count()),
            .ref = {.record_offset = file_.offset(file_.record_count() - 1),
                    .record_length = length,
                    .value_length = length}};
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  EventFile file_;
  RunSnapshot run_;
  std::vector<Strand> strands_{1};
  Series series_;
  FoundSeries found_{&run_, &series_};
};

TEST_F(ValueReaderTest, ReadsBlobsFromOneOpenFile) {
  const ValuePoint first = Add(OldValue("t", 4, ImageMessage(1, 2, "one")));
  const ValuePoint second = Add(OldValue("t", 4, ImageMessage(1, 2, "two")));
  ValueReader reader(files_);
  EXPECT_EQ(*reader.ReadBlob(found_, first, 2), "one");
  EXPECT_EQ(*reader.ReadBlob(found_, second, 2), "two");
  EXPECT_EQ(files_.open_count(), 1u);
  EXPECT_EQ(reader.ReadBlob(found_, second, 3).error().code, Code::kInvalidArgument);
}

// Close to each other and far apart, small and larger than what is read ahead, forwards and back.
TEST_F(ValueReaderTest, ReadsNeighboursTogetherAndFarOnesAlone) {
  std::vector<ValuePoint> points;
  std::vector<std::string> pictures;
  for (int i = 0; i < 60; ++i) {
    const size_t size = i % 20 == 7 ? 90'000 : i % 9 == 4 ? 30'000 : 700;
    pictures.emplace_back(size, static_cast<char>('a' + i % 26));
    points.push_back(Add(OldValue("t", 4, ImageMessage(1, 2, pictures.back()))));
  }
  for (const size_t stride : {1, 7, 30}) {
    ValueReader reader(files_);
    for (size_t i = 0; i < points.size(); i += stride) {
      EXPECT_EQ(*reader.ReadBlob(found_, points[i], 2), pictures[i]) << i;
    }
    for (size_t i = points.size(); i-- > 0;) {
      EXPECT_EQ(*reader.ReadBlob(found_, points[i], 2), pictures[i]) << i;
    }
  }
}

TEST_F(ValueReaderTest, WhatIsNoValueIsLeftOut) {
  const ValuePoint point = Add("\xff");
  const auto value = ValueReader(files_).Read(found_, point);
  ASSERT_TRUE(value);
  EXPECT_FALSE(value->has_value());
  EXPECT_EQ(ValueReader(files_).ReadBlob(found_, point, 0).error().code, Code::kInvalidArgument);
}

TEST_F(ValueReaderTest, SaysWhichFileChangedOrIsGone) {
  const ValuePoint point = Add(OldValue("t", 4, ImageMessage(1, 2, "one")));
  files_.Write("logs/run/events", file_.BytesWithBadData(0));
  const auto changed = ValueReader(files_).Read(found_, point);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Code::kUnavailable);
  EXPECT_THAT(changed.error().message, HasSubstr("run/events"));
  files_.Remove("logs/run/events");
  EXPECT_EQ(ValueReader(files_).Read(found_, point).error().code, Code::kNotFound);
}

TEST_F(ValueReaderTest, BoundsWhatARequestReads) {
  ValuePoint point = Add(OldValue("t", 4, ImageMessage(1, 2, "one")));
  ValueReader reader(files_);
  ASSERT_TRUE(reader.Read(found_, point));
  point.ref.record_length = UINT32_MAX;
  const auto more = reader.Read(found_, point);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Code::kResourceExhausted);
  EXPECT_THAT(more.error().message, HasSubstr("536870912 bytes"));
}

}  // namespace
}  // namespace stepscope
