#include "index/segment_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"
#include "wire/crc32c.h"

namespace stepscope {
namespace {

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

template <typename T>
void Seal(T& value) {
  value.crc = Crc32c(BytesOf(value).first(sizeof(T) - sizeof(value.crc)));
}

uint64_t TotalBytes(std::span<const std::span<const std::byte>> pieces) {
  uint64_t total = 0;
  for (const auto piece : pieces) total += piece.size();
  return total;
}

}  // namespace

SegmentWriter::SegmentWriter(OutputFile& file, SegmentIdentity identity, uint64_t max_bytes)
    : file_(file), identity_(std::move(identity)), max_bytes_(max_bytes) {
  buffer_.reserve(kBufferBytes);
  SegmentHeader header{};
  std::memcpy(header.magic, kSegmentMagic, sizeof(kSegmentMagic));
  header.byte_order = kByteOrderMark;
  header.version = kSegmentVersion;
  header.content_format = identity_.content_format;
  header.sequence = identity_.sequence;
  header.writer_id = identity_.writer_id;
  header.logdir_inode = identity_.logdir_inode;
  Seal(header);
  failure_ = Write(BytesOf(header));
}

Status SegmentWriter::Add(std::string_view run, std::span<const std::byte> head,
                          std::span<const std::span<const std::byte>> body) {
  RETURN_IF_ERROR(failure_);
  if (run.size() > kMaxRunNameBytes) {
    return Error{Code::kResourceExhausted, "index: a run's name is too long"};
  }
  const uint64_t body_bytes = TotalBytes(body);
  const uint64_t blocks = BlockCount(body_bytes);
  const uint64_t end = offset_ + heads_.size() + AlignUp(head.size()) + AlignUp(body_bytes);
  const uint64_t more_bytes = sizeof(SectionEntry) + blocks * sizeof(uint32_t) + run.size();
  constexpr uint64_t kMaxCount = std::numeric_limits<uint32_t>::max();
  if (end + RestBytes(more_bytes) > max_bytes_ || names_.size() + run.size() > kMaxCount ||
      block_crcs_.size() + blocks > kMaxCount) {
    return Error{Code::kResourceExhausted,
                 "index: a segment would be longer than " + std::to_string(max_bytes_) + " bytes"};
  }

  SectionEntry entry{};
  entry.head_offset = heads_.size();  // Of the heads that wait, for now.
  entry.head_bytes = head.size();
  entry.head_crc = Crc32c(head);
  entry.body_offset = offset_;
  entry.body_bytes = body_bytes;
  entry.first_block = static_cast<uint32_t>(block_crcs_.size());
  entry.name_offset = static_cast<uint32_t>(names_.size());
  entry.name_bytes = static_cast<uint32_t>(run.size());
  entries_.push_back(entry);
  names_ += run;
  heads_.insert(heads_.end(), head.begin(), head.end());
  heads_.resize(AlignUp(heads_.size()));
  failure_ = WriteBody(body);
  if (failure_) failure_ = Align();
  if (failure_ && heads_.size() >= kMaxWaitingHeadBytes) failure_ = WriteHeads();
  return failure_;
}

Status SegmentWriter::WriteHeads() {
  for (size_t i = placed_heads_; i < entries_.size(); ++i) entries_[i].head_offset += offset_;
  placed_heads_ = entries_.size();
  const Status status = Write(heads_);
  heads_.clear();
  return status;
}

Status SegmentWriter::WriteBody(std::span<const std::span<const std::byte>> body) {
  uint32_t crc = 0;
  uint64_t block_bytes = 0;
  for (std::span<const std::byte> piece : body) {
    while (!piece.empty()) {
      const auto part =
          piece.first(std::min<uint64_t>(piece.size(), kSegmentBlockBytes - block_bytes));
      crc = Crc32c(part, crc);
      RETURN_IF_ERROR(Write(part));
      block_bytes += part.size();
      piece = piece.subspan(part.size());
      if (block_bytes == kSegmentBlockBytes) {
        block_crcs_.push_back(std::exchange(crc, 0));
        block_bytes = 0;
      }
    }
  }
  if (block_bytes > 0) block_crcs_.push_back(crc);
  return {};
}

Status SegmentWriter::Finish() {
  RETURN_IF_ERROR(failure_);
  RETURN_IF_ERROR(WriteHeads());
  SegmentTrailer trailer{};
  std::memcpy(trailer.magic, kTrailerMagic, sizeof(kTrailerMagic));
  trailer.file_bytes = offset_ + RestBytes(0);
  trailer.sequence = identity_.sequence;
  trailer.directory_offset = offset_;
  trailer.section_count = static_cast<uint32_t>(entries_.size());
  trailer.block_count = static_cast<uint32_t>(block_crcs_.size());
  trailer.logdir_bytes = static_cast<uint32_t>(identity_.logdir.size());
  trailer.names_bytes = static_cast<uint32_t>(names_.size());
  for (const std::span<const std::byte> part :
       {std::as_bytes(std::span(entries_)), std::as_bytes(std::span(block_crcs_)),
        std::as_bytes(std::span(identity_.logdir)), std::as_bytes(std::span(names_))}) {
    trailer.directory_crc = Crc32c(part, trailer.directory_crc);
    RETURN_IF_ERROR(Write(part));
  }
  RETURN_IF_ERROR(Align());
  Seal(trailer);
  RETURN_IF_ERROR(Write(BytesOf(trailer)));
  CHECK(offset_ == trailer.file_bytes);
  RETURN_IF_ERROR(Flush());
  return file_.Sync();
}

uint64_t SegmentWriter::RestBytes(uint64_t more_bytes) const {
  const uint64_t directory_bytes = entries_.size() * sizeof(SectionEntry) +
                                   block_crcs_.size() * sizeof(uint32_t) + identity_.logdir.size() +
                                   names_.size();
  return AlignUp(directory_bytes + more_bytes) + sizeof(SegmentTrailer);
}

Status SegmentWriter::Write(std::span<const std::byte> bytes) {
  offset_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes || bytes.size() >= kLargeBytes) {
    RETURN_IF_ERROR(Flush());
  }
  if (bytes.size() >= kLargeBytes) return file_.Append(bytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return {};
}

Status SegmentWriter::Align() {
  static constexpr std::byte kZeros[kSegmentAlignment] = {};
  return Write(std::span(kZeros).first(AlignUp(offset_) - offset_));
}

Status SegmentWriter::Flush() {
  if (buffer_.empty()) return {};
  const Status status = file_.Append(buffer_);
  buffer_.clear();
  return status;
}

}  // namespace stepscope
