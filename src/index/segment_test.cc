#include "index/segment.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "index/segment_writer.h"
#include "testing/memory_output_file.h"

namespace stepscope {
namespace {

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Written {
  std::string run, head, body;
};

// Bytes that differ from block to block, so that a mix-up shows.
std::string Pattern(size_t size, char seed) {
  std::string text(size, seed);
  for (size_t i = 0; i < size; i += 61) text[i] = static_cast<char>(i / 61 * 7);
  return text;
}

std::string WriteSegment(const std::vector<Written>& sections) {
  MemoryOutputFile file;
  SegmentWriter writer(file, {"/logs", 7, 3, 5, 11}, UINT64_MAX);
  for (const Written& section : sections) {
    EXPECT_TRUE(writer.Add(section.run, AsBytes(section.head), AsBytes(section.body)));
  }
  EXPECT_TRUE(writer.Finish());
  EXPECT_TRUE(file.is_synced());
  return file.content();
}

std::shared_ptr<const IndexSegment> OpenSegment(std::string_view bytes) {
  auto segment = IndexSegment::Open(ShareBytes(bytes));
  EXPECT_TRUE(segment) << segment.error().message;
  return segment ? *segment : nullptr;
}

TEST(SegmentTest, WhatWasWrittenComesBackAligned) {
  std::vector<Written> sections;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{40'000},
                            size_t{kSegmentBlockBytes} - 1, size_t{kSegmentBlockBytes},
                            size_t{kSegmentBlockBytes} + 1, 3 * size_t{kSegmentBlockBytes} + 5}) {
    sections.push_back(
        {"run" + std::to_string(size), Pattern(size % 1000, 'h'), Pattern(size, 'b')});
  }
  sections.push_back({"", "no name", ""});
  const auto segment = OpenSegment(WriteSegment(sections));
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(segment->logdir(), "/logs");
  EXPECT_EQ(segment->logdir_inode(), 7U);
  EXPECT_EQ(segment->content_format(), 3U);
  EXPECT_EQ(segment->sequence(), 5U);
  EXPECT_EQ(segment->writer_id(), 11U);
  ASSERT_EQ(segment->section_count(), sections.size());
  for (size_t i = 0; i < sections.size(); ++i) {
    SCOPED_TRACE(i);
    const Section section(segment, i);
    EXPECT_EQ(section.run(), sections[i].run);
    EXPECT_EQ(AsText(*section.Head()), sections[i].head);
    EXPECT_TRUE(AsText(*section.Body()) == sections[i].body);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(section.Head()->data()) % 64, 0U);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(section.Body()->data()) % 64, 0U);
  }
}

TEST(SegmentTest, HeadsLieTogether) {
  std::vector<Written> sections;
  for (int i = 0; i < 50; ++i) {
    sections.push_back({std::to_string(i), Pattern(1'000, 'h'), Pattern(10'000, 'b')});
  }
  const auto segment = OpenSegment(WriteSegment(sections));
  EXPECT_EQ(segment->Head(49)->data() - segment->Head(0)->data(), 49 * 1024);
}

TEST(SegmentTest, ManyHeadsAreWrittenMeanwhile) {
  std::vector<Written> sections;
  for (int i = 0; i < 20; ++i) {
    sections.push_back({std::to_string(i), Pattern(1'000'000, 'h'), std::to_string(i)});
    sections.back().head += std::to_string(i);
  }
  const auto segment = OpenSegment(WriteSegment(sections));
  for (size_t i = 0; i < sections.size(); ++i) {
    EXPECT_TRUE(AsText(*segment->Head(i)) == sections[i].head);
    EXPECT_EQ(AsText(*Section(segment, i).Body()), sections[i].body);
  }
}

TEST(SegmentTest, ABodyOfPiecesIsTheSameBody) {
  const std::string body = Pattern(2 * kSegmentBlockBytes + 777, 'b');
  std::vector<std::span<const std::byte>> pieces;
  size_t size = 1;
  for (size_t at = 0; at < body.size(); size = size * 3 % 100'003) {
    const size_t count = std::min(size, body.size() - at);
    pieces.push_back(AsBytes(body).subspan(at, count));
    at += count;
  }
  MemoryOutputFile file;
  SegmentWriter writer(file, {"/logs", 7, 3, 5, 11}, UINT64_MAX);
  ASSERT_TRUE(writer.Add("run", AsBytes("head"), pieces));
  ASSERT_TRUE(writer.Finish());
  EXPECT_TRUE(file.content() == WriteSegment({{"run", "head", body}}));
}

TEST(SegmentTest, AnEmptySegmentIsWhole) {
  EXPECT_EQ(OpenSegment(WriteSegment({}))->section_count(), 0U);
}

TEST(SegmentTest, ACutAtAnyByteIsNoSegment) {
  const std::string bytes = WriteSegment({{"run", "head", "some body"}, {"other", "h", "b"}});
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto segment = IndexSegment::Open(ShareBytes(std::string_view(bytes).substr(0, cut)));
    ASSERT_FALSE(segment) << cut;
    ASSERT_EQ(segment.error().code, Code::kDataLoss) << cut;
  }
  EXPECT_FALSE(IndexSegment::Open(ShareBytes(bytes + std::string(64, '\0'))));
}

// Every bit of a segment with two sections, one after the other.
TEST(SegmentTest, AFlippedBitNeverShowsAWrongByte) {
  const std::map<std::string, Written> sections = {{"run", {"run", "head", "some body"}},
                                                   {"other", {"other", "h", Pattern(100, 'b')}}};
  std::string bytes = WriteSegment({sections.at("run"), sections.at("other")});
  size_t refused = 0;
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    SCOPED_TRACE(bit);
    const auto mask = static_cast<char>(1 << (bit % 8));
    bytes[bit / 8] ^= mask;
    const auto segment = IndexSegment::Open(ShareBytes(bytes));
    refused += segment ? 0 : 1;
    for (size_t i = 0; segment && i < (*segment)->section_count(); ++i) {
      const Section section(*segment, i);
      const Written& written = sections.at(std::string(section.run()));
      const auto head = section.Head();
      const auto body = section.Body();
      if (!head || !body) ++refused;
      EXPECT_TRUE(!head || AsText(*head) == written.head);
      EXPECT_TRUE(!body || AsText(*body) == written.body);
    }
    bytes[bit / 8] ^= mask;
  }
  // Only what lies between the parts may change unnoticed: less than 64 bytes behind each of five.
  EXPECT_GE(refused, 8 * (bytes.size() - 5 * 63));
}

TEST(SegmentTest, OthersAreToldFromDamage) {
  const std::string bytes = WriteSegment({{"run", "head", "body"}});
  std::string newer = bytes;
  newer[offsetof(SegmentHeader, version)] = 2;
  EXPECT_EQ(IndexSegment::Open(ShareBytes(newer)).error().code, Code::kUnimplemented);
  std::string big_endian = bytes;
  std::reverse(big_endian.begin() + 8, big_endian.begin() + 12);
  EXPECT_EQ(IndexSegment::Open(ShareBytes(big_endian)).error().code, Code::kUnimplemented);
  std::string other = bytes;
  other[0] = 's';
  EXPECT_EQ(IndexSegment::Open(ShareBytes(other)).error().code, Code::kDataLoss);
}

TEST(SegmentTest, ABodyIsCheckedBlockByBlock) {
  const std::string body = Pattern(3 * kSegmentBlockBytes + 100, 'b');
  std::string bytes = WriteSegment({{"run", "head", body}});
  const size_t body_begin = bytes.find(body);
  ASSERT_NE(body_begin, std::string::npos);
  bytes[body_begin + kSegmentBlockBytes + 9] ^= 1;  // In the second of four blocks.
  const Section section(OpenSegment(bytes), 0);

  EXPECT_TRUE(section.Head());
  EXPECT_TRUE(section.Body(0, kSegmentBlockBytes));
  EXPECT_EQ(section.Body(0, kSegmentBlockBytes + 1).error().code, Code::kDataLoss);
  EXPECT_EQ(section.Body(kSegmentBlockBytes + 500, 1).error().code, Code::kDataLoss);
  EXPECT_EQ(section.Body(kSegmentBlockBytes + 500, 1).error().code, Code::kDataLoss);
  const auto rest = section.Body(2 * kSegmentBlockBytes + 1, kSegmentBlockBytes + 99);
  ASSERT_TRUE(rest);
  EXPECT_TRUE(AsText(*rest) == body.substr(2 * kSegmentBlockBytes + 1));
  EXPECT_FALSE(section.Body());
}

TEST(SegmentTest, NothingBeyondTheBody) {
  const Section section(OpenSegment(WriteSegment({{"run", "head", "body"}})), 0);
  EXPECT_EQ(AsText(*section.Body(1, 2)), "od");
  EXPECT_TRUE(section.Body(4, 0));
  for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, 5}, {4, 1}, {5, 0}, {UINT64_MAX, 2}, {1, UINT64_MAX}}) {
    EXPECT_EQ(section.Body(offset, bytes).error().code, Code::kOutOfRange);
  }
}

TEST(SegmentTest, SectionsKeepTheirBytes) {
  std::shared_ptr<const void> keep_alive;
  std::span<const std::byte> body;
  {
    const Section section(OpenSegment(WriteSegment({{"run", "head", "body"}})), 0);
    keep_alive = section.keep_alive();
    body = *section.Body();
  }
  EXPECT_EQ(AsText(body), "body");
}

TEST(SegmentWriterTest, WhatDoesNotFitIsLeftOut) {
  for (uint64_t max_bytes = 192; max_bytes <= 1500; max_bytes += 7) {
    SCOPED_TRACE(max_bytes);
    MemoryOutputFile file;
    SegmentWriter writer(file, {"/logs", 7, 3, 5, 11}, max_bytes);
    std::vector<std::string> fitting;
    for (const size_t size : {900, 500, 200, 100, 10, 0}) {
      const std::string run = "run" + std::to_string(size);
      const Status added = writer.Add(run, AsBytes("h"), AsBytes(Pattern(size, 'b')));
      if (added) {
        fitting.push_back(run);
      } else {
        EXPECT_EQ(added.error().code, Code::kResourceExhausted);
      }
    }
    ASSERT_TRUE(writer.Finish());
    EXPECT_LE(file.content().size(), max_bytes);
    const auto segment = OpenSegment(file.content());
    ASSERT_EQ(segment->section_count(), fitting.size());
    for (size_t i = 0; i < fitting.size(); ++i) EXPECT_EQ(segment->run(i), fitting[i]);
    EXPECT_EQ(fitting.empty(), max_bytes < 256);  // Header, head, directory and trailer.
  }
}

TEST(SegmentWriterTest, NamesAreBounded) {
  MemoryOutputFile file;
  SegmentWriter writer(file, {"/logs", 7, 3, 5, 11}, UINT64_MAX);
  EXPECT_FALSE(writer.Add(std::string(kMaxRunNameBytes + 1, 'x'), {}, AsBytes("")));
  EXPECT_TRUE(writer.Add(std::string(kMaxRunNameBytes, 'x'), {}, AsBytes("")));
}

TEST(SegmentWriterTest, AFailureSticks) {
  const size_t whole = WriteSegment({{"run", "head", Pattern(100'000, 'b')}}).size();
  for (size_t room = 0; room < whole; room += 97) {
    MemoryOutputFile file(room);
    SegmentWriter writer(file, {"/logs", 7, 3, 5, 11}, UINT64_MAX);
    const Status added = writer.Add("run", AsBytes("head"), AsBytes(Pattern(100'000, 'b')));
    if (!added) {
      EXPECT_FALSE(writer.Add("small", {}, AsBytes("")));
    }
    EXPECT_EQ(writer.Finish().error().code, Code::kResourceExhausted);
    EXPECT_FALSE(file.is_synced());
  }
}

}  // namespace
}  // namespace stepscope
