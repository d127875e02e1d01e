#include "wire/sparse_event.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "wire/proto_writer.h"

namespace stepscope {
namespace {

// A file in memory that counts what is read of it.
class MemoryFile final : public RandomAccessFile {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t count = std::min(buffer.size(), bytes_.size() - static_cast<size_t>(offset));
    std::memcpy(buffer.data(), bytes_.data() + offset, count);
    read_bytes_ += count;
    return count;
  }
  Result<FileStat> GetStat() const override { return FileStat{.size_bytes = bytes_.size()}; }

  std::string Text(FileRange range) const { return bytes_.substr(range.offset, range.length); }
  uint64_t read_bytes() const { return read_bytes_; }

 private:
  std::string bytes_;
  mutable uint64_t read_bytes_ = 0;
};

template <typename Write>
std::string Message(Write write) {
  std::string message;
  ProtoWriter writer(message);
  write(writer);
  return message;
}

std::string Value(std::string_view tag, uint32_t number, std::string_view body) {
  return Message([&](ProtoWriter& writer) {
    writer.Bytes(1, tag);
    writer.Bytes(number, body);
    writer.Bytes(9, "metadata of " + std::string(tag));
  });
}

constexpr std::string_view kBefore = "bytes before the record";

TEST(SparseEventTest, ReadsAllButTheLongFields) {
  const std::string image(10 << 20, 'i');
  const std::string tensor(300'000, 't');
  const std::string summary = Message([&](ProtoWriter& writer) {
    writer.Bytes(1, Value("first", 4, image));
    writer.Bytes(1, Message([](ProtoWriter& value) {
                   value.Float(2, 1.5f);
                   value.Bytes(7, "node");
                 }));
    writer.Bytes(2, "unknown");
    writer.Bytes(1, Value("last", 8, tensor));
  });
  const std::string event = Message([&](ProtoWriter& writer) {
    writer.Bytes(5, summary);
    writer.Double(1, 12.5);
    writer.Int64(2, -3);
  });
  const MemoryFile file(std::string(kBefore) + event + "bytes after the record");

  const auto sparse = ReadSparseEvent(file, {kBefore.size(), event.size()});
  ASSERT_TRUE(sparse);
  EXPECT_EQ(sparse->wall_time, 12.5);
  EXPECT_EQ(sparse->step, -3);
  EXPECT_EQ(sparse->kind, EventKind::kSummary);
  EXPECT_EQ(file.Text(sparse->body), summary);

  SparseSummaryReader values(file, sparse->body);
  const auto first = values.Next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->tag, "first");
  EXPECT_EQ((*first)->kind, ValueKind::kImage);
  EXPECT_EQ((*first)->metadata, "metadata of first");
  EXPECT_EQ(file.Text((*first)->body), image);
  EXPECT_EQ(file.Text((*first)->whole), Value("first", 4, image));

  const auto second = values.Next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->tag, "node");
  EXPECT_EQ((*second)->kind, ValueKind::kSimpleValue);
  EXPECT_EQ((*second)->simple_value, 1.5f);
  EXPECT_EQ((*second)->metadata, std::nullopt);
  EXPECT_EQ((*second)->body.length, 0u);

  const auto last = values.Next();
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->tag, "last");
  EXPECT_EQ((*last)->kind, ValueKind::kTensor);
  EXPECT_EQ(file.Text((*last)->body), tensor);

  const auto end = values.Next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
  EXPECT_LE(file.read_bytes(), 10 * FileWindow::kBytes);
}

// What is parsed in memory and what is parsed in pieces is the same, for values of all sizes around
// the window's.
TEST(SparseEventTest, EqualsTheParserOfWholeEvents) {
  std::string summary;
  for (const size_t length : {0, 1, 100, 30'000, 65'530, 65'536, 65'540, 200'000}) {
    const std::string tag = "tag" + std::to_string(length);
    ProtoWriter(summary).Bytes(1, Value(tag, 5, std::string(length, 'h')));
  }
  const MemoryFile file(summary);
  SummaryReader expected_values(std::as_bytes(std::span(summary)));
  SparseSummaryReader values(file, {0, summary.size()});
  Bytes bytes;
  while (expected_values.Next(bytes)) {
    const auto expected = ParseValue(bytes);
    const auto value = values.Next();
    ASSERT_TRUE(expected && value && *value);
    EXPECT_EQ((*value)->tag, expected->tag);
    EXPECT_EQ((*value)->kind, expected->kind);
    EXPECT_EQ((*value)->body.length, expected->body.size());
    EXPECT_EQ(reinterpret_cast<const char*>(expected->body.data()),
              summary.data() + (*value)->body.offset);
  }
  const auto end = values.Next();
  EXPECT_TRUE(end && !*end);
}

TEST(SparseEventTest, LongTagsAndMetadataAreLeftOut) {
  const std::string summary = Message([](ProtoWriter& writer) {
    writer.Bytes(1, Value(std::string(FileWindow::kBytes + 1, 't'), 8, "tensor"));
    writer.Bytes(1, Value("next", 8, "tensor"));
  });
  const MemoryFile file(summary);
  SparseSummaryReader values(file, {0, summary.size()});
  const auto first = values.Next();
  ASSERT_TRUE(first && *first);
  EXPECT_TRUE((*first)->lacks_long_fields);
  EXPECT_EQ((*first)->tag, "");
  EXPECT_EQ((*first)->metadata, std::nullopt);
  const auto next = values.Next();
  ASSERT_TRUE(next && *next);
  EXPECT_FALSE((*next)->lacks_long_fields);
  EXPECT_EQ((*next)->tag, "next");
}

TEST(SparseEventTest, ABrokenValueDoesNotHideTheNext) {
  const std::string summary = Message([](ProtoWriter& writer) {
    writer.Bytes(1, "\x0a\x7f");
    writer.Bytes(1, Value("next", 8, "tensor"));
  });
  const MemoryFile file(summary);
  SparseSummaryReader values(file, {0, summary.size()});
  const auto broken = values.Next();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kDataLoss);
  EXPECT_TRUE(values.ok());
  const auto next = values.Next();
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->tag, "next");
}

TEST(SparseEventTest, RefusesTheCutsThatTheParserOfWholeEventsRefuses) {
  const std::string event = Message([](ProtoWriter& writer) {
    writer.Double(1, 12.5);
    writer.Int64(2, -3);
    writer.Bytes(
        5, Message([](ProtoWriter& summary) { summary.Bytes(1, Value("tag", 8, "tensor")); }));
  });
  const MemoryFile file(event);
  for (size_t cut = 0; cut <= event.size(); ++cut) {
    SCOPED_TRACE(cut);
    const auto whole = ParseEvent(std::as_bytes(std::span(event).first(cut)));
    EXPECT_EQ(ReadSparseEvent(file, {0, cut}).has_value(), whole.has_value());
  }
}

TEST(SparseEventTest, AFileThatBecameShorter) {
  const std::string summary = Message(
      [](ProtoWriter& writer) { writer.Bytes(1, Value("tag", 8, std::string(200'000, 't'))); });
  const MemoryFile file(summary.substr(0, 100'000));
  SparseSummaryReader values(file, {0, summary.size()});
  const auto value = values.Next();
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Code::kDataLoss);
}

}  // namespace
}  // namespace stepscope
