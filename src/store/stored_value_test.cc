#include "store/stored_value.h"

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

using testing::ElementsAre;
using testing::HasSubstr;

SeriesInfo Info(std::string plugin_name) { return {.plugin_name = std::move(plugin_name)}; }

std::vector<std::string> BlobsOf(const StoredValue& value) {
  const auto blobs = value.Blobs();
  if (!blobs) return {blobs.error().message};
  return {blobs->begin(), blobs->end()};
}

TEST(StoredValueTest, ATensorStaysAsItIs) {
  const std::string tensor = FloatTensor({1, 2});
  const auto value =
      StoredValue::Lift(Info("histograms"), TensorValue("t", tensor, Metadata("histograms")));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->proto(), tensor);
  EXPECT_FALSE(value->was_lifted());
  EXPECT_EQ(value->tensor().shape(), std::vector<int64_t>{2});
}

TEST(StoredValueTest, LiftsAnOldHistogram) {
  const auto value = StoredValue::Lift(Info("histograms"),
                                       OldValue("t", 5, HistogramMessage(-1, 5, {0, 9}, {1, 3})));
  ASSERT_TRUE(value);
  EXPECT_TRUE(value->was_lifted());
  EXPECT_EQ(value->tensor().dtype(), DataType::kDouble);
  EXPECT_EQ(value->tensor().shape(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(*value->tensor().Doubles(10), (std::vector<double>{-1, 0, 1, 0, 5, 3}));
}

TEST(StoredValueTest, AnOldHistogramWithoutValuesIsEmpty) {
  const auto value =
      StoredValue::Lift(Info("histograms"), OldValue("t", 5, HistogramMessage(0, 0, {1}, {0})));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->tensor().shape(), (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(*value->tensor().Doubles(10), std::vector<double>());
}

TEST(StoredValueTest, LiftsAnOldImage) {
  const auto value =
      StoredValue::Lift(Info("images"), OldValue("t", 4, ImageMessage(4, 12, "picture")));
  ASSERT_TRUE(value);
  EXPECT_THAT(BlobsOf(*value), ElementsAre("4", "12", "picture"));
  EXPECT_EQ(CountBlobs(value->tensor().shape()), 3u);
}

TEST(StoredValueTest, LiftsAnOldImageWithoutAPicture) {
  const auto value = StoredValue::Lift(Info("images"), OldValue("t", 4, ""));
  ASSERT_TRUE(value);
  EXPECT_THAT(BlobsOf(*value), ElementsAre("0", "0", ""));
}

TEST(StoredValueTest, LiftsOldSound) {
  const auto value = StoredValue::Lift(Info("audio"), OldValue("t", 6, AudioMessage("sound")));
  ASSERT_TRUE(value);
  EXPECT_THAT(BlobsOf(*value), ElementsAre("sound"));
}

TEST(StoredValueTest, LeavesOutTheLabelsOfSound) {
  const auto value = StoredValue::Lift(
      Info("audio"), TensorValue("t", StringsTensor({2, 2}, {"one", "label", "two", "label"})));
  ASSERT_TRUE(value);
  EXPECT_THAT(BlobsOf(*value), ElementsAre("one", "two"));
}

TEST(StoredValueTest, AnHparamsValueWithoutTensorHasNoElements) {
  const auto value = StoredValue::Lift(Info("hparams"), EmptyValue("t", Metadata("hparams")));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->tensor().dtype(), DataType::kFloat);
  EXPECT_EQ(value->tensor().shape(), std::vector<int64_t>{0});
  EXPECT_FALSE(StoredValue::Lift(Info("images"), EmptyValue("t", Metadata("images"))));
}

TEST(StoredValueTest, AGraphIsOneBlob) {
  const auto value = StoredValue::Lift(Info("graphs"), "a graph");
  ASSERT_TRUE(value);
  EXPECT_THAT(BlobsOf(*value), ElementsAre("a graph"));
}

TEST(StoredValueTest, RefusesOtherBytes) {
  EXPECT_FALSE(StoredValue::Lift(Info("images"), "\xff"));
  EXPECT_FALSE(StoredValue::Lift(Info("images"), OldValue("t", 4, "\xff")));
  EXPECT_FALSE(StoredValue::Lift(Info("audio"), OldValue("t", 6, "\xff")));
  EXPECT_FALSE(StoredValue::Lift(Info("histograms"), OldValue("t", 5, "\xff")));
  EXPECT_FALSE(StoredValue::Lift(Info("text"), OldValue("t", 8, "\xff")));
}

TEST(StoredValueTest, CountsBlobsWithinTheLimit) {
  EXPECT_EQ(CountBlobs({}), 1u);
  EXPECT_EQ(CountBlobs({5}), 5u);
  EXPECT_EQ(CountBlobs({5, 2}), 5u);
  EXPECT_EQ(CountBlobs({-5}), 0u);
  EXPECT_EQ(CountBlobs({INT64_MAX}), kMaxBlobsPerValue);
}

class ReadValueBytesTest : public testing::Test {
 protected:
  // The whole data of the second record but for its first and last byte.
  BlobRef RefOf(uint32_t length) const {
    return {.record_offset = file_.offset(1),
            .record_length = length,
            .value_offset = 1,
            .value_length = length - 2};
  }
  Result<std::string> Read(const BlobRef& ref, uint64_t max_bytes = kMaxValueBytes) {
    const auto file = files_.Open(kPath);
    if (!file) return file.error();
    return ReadValueBytes(**file, "run/events", ref, max_bytes);
  }

  static constexpr char kPath[] = "logs/run/events";
  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  EventFile file_;
};

TEST_F(ReadValueBytesTest, ReadsWhatTheRecordHolds) {
  std::string data(700'000, 'x');  // Several pieces.
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7 >> 3);
  files_.Write(kPath, file_.Version().Record(data).Record("more").bytes());
  const auto value = Read(RefOf(700'000));
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, data.substr(1, data.size() - 2));
}

TEST_F(ReadValueBytesTest, SaysWhichFileIsNoLongerWhatItWas) {
  file_.Version().Record("some data");
  for (const std::string& bytes :
       {file_.BytesWithBadData(1), file_.bytes().substr(0, file_.bytes().size() - 1),
        file_.bytes().substr(0, 4), std::string()}) {
    files_.Write(kPath, bytes);
    const auto value = Read(RefOf(9));
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::kUnavailable);
    EXPECT_THAT(value.error().message, HasSubstr("run/events: "));
  }
}

TEST_F(ReadValueBytesTest, NamesTheLimit) {
  files_.Write(kPath, file_.Version().Record("some data").bytes());
  const auto value = Read(RefOf(9), 6);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Code::kResourceExhausted);
  EXPECT_THAT(value.error().message, HasSubstr("has 7 bytes; at most 6"));
}

}  // namespace
}  // namespace stepscope
