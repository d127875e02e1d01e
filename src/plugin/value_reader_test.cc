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
    series_.strands.resize(1);
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
