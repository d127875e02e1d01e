#include "wire/record_reader.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "testing/scripted_file.h"
#include "wire/crc32c.h"
#include "wire/record_writer.h"

namespace stepscope {
namespace {

using Strings = std::vector<std::string>;

std::string Encode(std::string_view data) {
  std::string bytes;
  AppendRecord(data, bytes);
  return bytes;
}

// A header that claims `length`, with the right checksum.
std::string Header(uint64_t length) {
  std::string header(12, '\0');
  const uint32_t crc = MaskedCrc32c(std::as_bytes(std::span(&length, 1)));
  std::memcpy(header.data(), &length, 8);
  std::memcpy(header.data() + 8, &crc, 4);
  return header;
}

std::string_view Text(const Record& record) {
  return {reinterpret_cast<const char*>(record.data.data()), record.data.size()};
}

// Everything that a reader hands out while its file pauses no more than `pauses` times.
struct Outcome {
  Strings records;  // The data; "?" before damaged ones, "*" and the length for streamed ones.
  std::optional<Code> error;
  uint64_t offset = 0;
  uint64_t pending_bytes = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome ReadThrough(RecordReader& reader, int pauses) {
  Outcome outcome;
  uint64_t expected_offset = reader.offset();
  while (true) {
    auto record = reader.Next();
    if (!record) {
      outcome.error = record.error().code;
      break;
    }
    if (!*record) {
      if (pauses-- == 0) break;
      continue;
    }
    EXPECT_EQ((*record)->offset, expected_offset);
    expected_offset = (*record)->end();
    EXPECT_EQ(reader.offset(), expected_offset);
    std::string text((*record)->IsIntact() ? "" : "?");
    text += (*record)->is_streamed ? "*" + std::to_string((*record)->length) : Text(**record);
    outcome.records.push_back(std::move(text));
  }
  outcome.offset = reader.offset();
  outcome.pending_bytes = reader.pending_bytes();
  return outcome;
}

Outcome ReadAll(std::vector<std::string> chunks,
                uint64_t max_buffered_bytes = RecordReader::kDefaultMaxBufferedBytes) {
  const int pauses = static_cast<int>(chunks.size());
  ScriptedFile file(std::move(chunks));
  RecordReader reader(file, 0, max_buffered_bytes);
  return ReadThrough(reader, pauses);
}

// Records of all lengths around those that the reader treats differently.
std::string RandomText(size_t length, std::mt19937_64& random) {
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

std::vector<std::string> RandomChunks(std::string_view bytes, size_t max_chunk,
                                      std::mt19937_64& random) {
  std::vector<std::string> chunks;
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), random() % (max_chunk + 1));
    chunks.emplace_back(bytes.substr(0, count));  // Sometimes empty: a pause.
    bytes.remove_prefix(count);
  }
  return chunks;
}

TEST(RecordReaderTest, EmptyFileHasNothingYet) {
  const Outcome outcome = ReadAll({});
  EXPECT_EQ(outcome, Outcome());
}

TEST(RecordReaderTest, ReadsWhatTheWriterWrote) {
  const std::string bytes = Encode("first") + Encode("") + Encode(std::string(1, '\0'));
  const Outcome outcome = ReadAll({bytes});
  EXPECT_EQ(outcome.records, Strings({"first", "", std::string(1, '\0')}));
  EXPECT_EQ(outcome.offset, bytes.size());
  EXPECT_EQ(outcome.pending_bytes, 0u);
}

TEST(RecordReaderTest, StartsAtAnOffset) {
  const std::string first = Encode("first");
  ScriptedFile file({Encode("second")});
  RecordReader reader(file, first.size());
  const auto record = reader.Next();
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->offset, first.size());
  EXPECT_EQ((*record)->end(), first.size() + Encode("second").size());
}

TEST(RecordReaderTest, ResumesAfterACutAtAnyByte) {
  const std::string bytes = Encode("first") + Encode("") + Encode("third");
  const size_t starts[] = {0, Encode("first").size(), Encode("first").size() + Encode("").size(),
                           bytes.size()};
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    ScriptedFile file({bytes.substr(0, cut)});
    RecordReader reader(file, 0);
    const Outcome before = ReadThrough(reader, 1);
    const uint64_t start = *(std::upper_bound(std::begin(starts), std::end(starts), cut) - 1);
    EXPECT_EQ(before.offset, start);
    EXPECT_EQ(before.pending_bytes, cut - start);
    EXPECT_FALSE(before.error);

    file.Append(bytes.substr(cut));
    Strings records = before.records;
    const Outcome after = ReadThrough(reader, 1);
    records.insert(records.end(), after.records.begin(), after.records.end());
    EXPECT_EQ(records, Strings({"first", "", "third"}));
    EXPECT_EQ(after.pending_bytes, 0u);
  }
}

TEST(RecordReaderTest, GrowsByOneByteAtATime) {
  std::vector<std::string> chunks;
  for (const char c : Encode("first") + Encode("") + Encode("third")) {
    chunks.emplace_back(1, c);
    chunks.emplace_back();
  }
  EXPECT_EQ(ReadAll(std::move(chunks)).records, Strings({"first", "", "third"}));
}

// The same records come out however the bytes arrive, whatever the length of the records: within
// the buffer, across its end, longer than it, and longer than is buffered at all.
TEST(RecordReaderTest, ChunkingDoesNotMatter) {
  std::mt19937_64 random(7);
  constexpr size_t kBuffer = RecordReader::kBufferBytes;
  for (int round = 0; round < 6; ++round) {
    SCOPED_TRACE(round);
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      const size_t lengths[] = {0,
                                random() % 100,
                                random() % 10'000,
                                kBuffer - 16 + random() % 3 - 1,
                                kBuffer + random() % kBuffer,
                                3 * kBuffer + random() % 1'000};
      bytes += Encode(RandomText(lengths[random() % std::size(lengths)], random));
    }
    constexpr uint64_t kMaxBuffered = 3 * kBuffer + 500;
    const Outcome whole = ReadAll({bytes}, kMaxBuffered);
    EXPECT_EQ(whole.records.size(), 40u);
    EXPECT_EQ(whole.offset, bytes.size());
    EXPECT_EQ(ReadAll(RandomChunks(bytes, 2 * kBuffer, random), kMaxBuffered), whole);
    EXPECT_EQ(ReadAll(RandomChunks(bytes, 5'000, random), kMaxBuffered), whole);
  }
}

TEST(RecordReaderTest, DataStayUntilTheNextCall) {
  const std::string large(RecordReader::kBufferBytes - 20, 'x');
  ScriptedFile file({Encode("first") + Encode(large)});
  RecordReader reader(file, 0);
  const auto first = reader.Next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(Text(**first), "first");
  const auto second = reader.Next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(Text(**second), large);
}

// A flipped bit in the length or its checksum is never taken for a record; in the data or their
// checksum it is found by IsIntact(), and the records after it are still read.
TEST(RecordReaderTest, FindsEveryFlippedBit) {
  const std::string before = Encode("before");
  const std::string damaged = Encode("damaged");
  const std::string after = Encode("after");
  const std::string intact = before + damaged + after;
  for (size_t bit = 0; bit < 8 * damaged.size(); ++bit) {
    SCOPED_TRACE(bit);
    std::string bytes = intact;
    char& byte = bytes[before.size() + bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    const Outcome outcome = ReadAll({bytes});
    if (bit / 8 < kRecordHeaderBytes) {
      EXPECT_EQ(outcome.records, Strings({"before"}));
      EXPECT_EQ(outcome.error, Code::kDataLoss);
      EXPECT_EQ(outcome.offset, before.size());
    } else {
      ASSERT_EQ(outcome.records.size(), 3u);
      EXPECT_EQ(outcome.records[1].substr(0, 1), "?");
      EXPECT_EQ(outcome.records[2], "after");
      EXPECT_FALSE(outcome.error);
    }
  }
}

TEST(RecordReaderTest, ErrorsStick) {
  ScriptedFile file({Encode("first") + std::string(12, 'x')});
  RecordReader reader(file, 0);
  EXPECT_EQ(ReadThrough(reader, 0).error, Code::kDataLoss);
  file.Append(Encode("second"));
  const Outcome again = ReadThrough(reader, 0);
  EXPECT_EQ(again.records, Strings());
  EXPECT_EQ(again.error, Code::kDataLoss);
  EXPECT_EQ(again.offset, Encode("first").size());
}

// Preallocated space is no record: length 0 has another checksum.
TEST(RecordReaderTest, ZeroPaddingIsNoRecord) {
  const std::string first = Encode("first");
  for (size_t zeros = 0; zeros <= 40; ++zeros) {
    SCOPED_TRACE(zeros);
    const Outcome outcome = ReadAll({first + std::string(zeros, '\0')});
    EXPECT_EQ(outcome.records, Strings({"first"}));
    EXPECT_EQ(outcome.offset, first.size());
    EXPECT_EQ(outcome.error.has_value(), zeros >= kRecordHeaderBytes);
  }
}

TEST(RecordReaderTest, HugeLengthsAddNoMemory) {
  for (const uint64_t length : {uint64_t{1} << 31, uint64_t{1} << 40, UINT64_MAX}) {
    SCOPED_TRACE(length);
    ScriptedFile file({Encode("first") + Header(length) + "some bytes"});
    RecordReader reader(file, 0);
    const Outcome outcome = ReadThrough(reader, 3);
    EXPECT_EQ(outcome.records, Strings({"first"}));
    EXPECT_EQ(outcome.error, Code::kOutOfRange);
    EXPECT_LE(file.largest_read_bytes(), RecordReader::kBufferBytes);
  }
}

// Lengths that an event may have, but whose bytes never come.
TEST(RecordReaderTest, ClaimsAreNotBelievedBeyondTheBytesThatAreThere) {
  for (const uint64_t length : {uint64_t{50} << 20, kMaxRecordBytes}) {
    SCOPED_TRACE(length);
    ScriptedFile file({Header(length), std::string(1'000'000, 'x')});
    RecordReader reader(file, 0);
    const Outcome outcome = ReadThrough(reader, 3);
    EXPECT_EQ(outcome.records, Strings());
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.offset, 0u);
    EXPECT_EQ(outcome.pending_bytes, 1'000'012u);
    EXPECT_LE(file.largest_read_bytes(), 2'000'000u);
  }
}

TEST(RecordReaderTest, LongRecordsAreStreamed) {
  constexpr uint64_t kMaxBuffered = 1'000;
  const std::string fits(kMaxBuffered, 'f');
  const std::string long_data(3 * RecordReader::kBufferBytes, 'l');
  const std::string bytes = Encode(fits) + Encode(fits + "x") + Encode(long_data) + Encode("end");
  const Outcome outcome = ReadAll({bytes}, kMaxBuffered);
  EXPECT_EQ(outcome.records,
            Strings({fits, "*1001", "*" + std::to_string(long_data.size()), "end"}));

  std::string damaged = bytes;
  damaged[bytes.size() - 100] ^= 1;
  EXPECT_EQ(ReadAll({damaged}, kMaxBuffered).records,
            Strings({fits, "*1001", "?*" + std::to_string(long_data.size()), "end"}));
}

TEST(RecordReaderTest, StreamedRecordsResumeAfterACutAtAnyByte) {
  const std::string first = Encode("first");
  const std::string bytes = first + Encode("a longer one") + Encode("last");
  const size_t long_end = first.size() + Encode("a longer one").size();
  for (size_t cut = first.size(); cut < long_end; ++cut) {
    SCOPED_TRACE(cut);
    ScriptedFile file({bytes.substr(0, cut)});
    RecordReader reader(file, 0, /*max_buffered_bytes=*/5);
    const Outcome before = ReadThrough(reader, 1);
    EXPECT_EQ(before.records, Strings({"first"}));
    EXPECT_EQ(before.offset, first.size());
    EXPECT_EQ(before.pending_bytes, cut - first.size());
    file.Append(bytes.substr(cut));
    EXPECT_EQ(ReadThrough(reader, 1).records, Strings({"*12", "last"}));
  }
}

// After a long record the buffer shrinks again, so that many open readers stay small.
TEST(RecordReaderTest, GivesALargeBufferBack) {
  ScriptedFile file({Encode(std::string(20 << 20, 'x')), Encode("small"), ""});
  RecordReader reader(file, 0);
  EXPECT_EQ(ReadThrough(reader, 2).records.size(), 2u);
  EXPECT_GT(file.largest_read_bytes(), RecordReader::kBufferBytes);
  EXPECT_EQ(file.last_read_bytes(), RecordReader::kBufferBytes);
}

class FailingFile final : public SequentialFile {
 public:
  explicit FailingFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> Read(std::span<std::byte> buffer) override {
    if (bytes_.empty()) return Error{Code::kPermissionDenied, "no more"};
    const size_t count = std::min(buffer.size(), bytes_.size());
    std::memcpy(buffer.data(), bytes_.data(), count);
    bytes_.erase(0, count);
    return count;
  }

 private:
  std::string bytes_;
};

TEST(RecordReaderTest, ReadErrorsArePassedOnAfterWhatWasRead) {
  FailingFile file(Encode("first") + Encode("second").substr(0, 15));
  RecordReader reader(file, 0);
  const Outcome outcome = ReadThrough(reader, 0);
  EXPECT_EQ(outcome.records, Strings({"first"}));
  EXPECT_EQ(outcome.error, Code::kPermissionDenied);
  EXPECT_EQ(outcome.offset, Encode("first").size());
}

}  // namespace
}  // namespace stepscope
