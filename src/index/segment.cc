#include "index/segment.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"
#include "wire/crc32c.h"

namespace stepscope {
namespace {

Error Damage(std::string what) { return {Code::kDataLoss, "index: " + std::move(what)}; }

template <typename T>
T LoadAt(std::span<const std::byte> bytes, uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
  return value;
}

// The checksum of a structure that ends with its own.
template <typename T>
uint32_t CrcOf(const T& value) {
  return Crc32c(std::as_bytes(std::span(&value, 1)).first(sizeof(T) - sizeof(uint32_t)));
}

bool IsIn(uint64_t offset, uint64_t bytes, uint64_t begin, uint64_t end) {
  return offset >= begin && offset <= end && bytes <= end - offset;
}

}  // namespace

Result<std::shared_ptr<const IndexSegment>> IndexSegment::Open(SharedBytes shared) {
  CHECK(reinterpret_cast<uintptr_t>(shared.bytes.data()) % kSegmentAlignment == 0);
  if (shared.bytes.size() < sizeof(SegmentHeader) + sizeof(SegmentTrailer)) {
    return Damage("a segment is too short");
  }
  const std::shared_ptr<IndexSegment> segment(new IndexSegment(std::move(shared)));
  RETURN_IF_ERROR(segment->ReadHeader());
  RETURN_IF_ERROR(segment->ReadTrailer());
  RETURN_IF_ERROR(segment->CheckEntries());
  segment->is_checked_ = std::make_unique<std::atomic<bool>[]>(segment->trailer_.block_count);
  return std::shared_ptr<const IndexSegment>(segment);
}

Status IndexSegment::ReadHeader() {
  header_ = LoadAt<SegmentHeader>(shared_.bytes, 0);
  if (std::memcmp(header_.magic, kSegmentMagic, sizeof(kSegmentMagic)) != 0) {
    return Damage("a file is no segment");
  }
  if (header_.byte_order != kByteOrderMark) {
    return Error{Code::kUnimplemented, "index: a segment has another byte order"};
  }
  if (header_.version != kSegmentVersion) {
    return Error{Code::kUnimplemented,
                 "index: a segment has version " + std::to_string(header_.version)};
  }
  if (header_.crc != CrcOf(header_)) return Damage("a segment's header fails its checksum");
  return {};
}

Status IndexSegment::ReadTrailer() {
  const std::span<const std::byte> bytes = shared_.bytes;
  const uint64_t trailer_offset = bytes.size() - sizeof(SegmentTrailer);
  trailer_ = LoadAt<SegmentTrailer>(bytes, trailer_offset);
  if (std::memcmp(trailer_.magic, kTrailerMagic, sizeof(kTrailerMagic)) != 0 ||
      trailer_.crc != CrcOf(trailer_)) {
    return Damage("a segment has no valid trailer");
  }
  if (trailer_.file_bytes != bytes.size() || trailer_.sequence != header_.sequence) {
    return Damage("a segment's trailer is another one's");
  }
  const uint64_t directory_bytes = DirectoryBytes(trailer_);
  if (trailer_.directory_offset % kSegmentAlignment != 0 ||
      !IsIn(trailer_.directory_offset, directory_bytes, sizeof(SegmentHeader), trailer_offset)) {
    return Damage("a segment's directory is out of place");
  }
  if (Crc32c(bytes.subspan(trailer_.directory_offset, directory_bytes)) != trailer_.directory_crc) {
    return Damage("a segment's directory fails its checksum");
  }
  return {};
}

Status IndexSegment::CheckEntries() const {
  for (size_t i = 0; i < section_count(); ++i) {
    const SectionEntry entry = Entry(i);
    const uint64_t end = trailer_.directory_offset;
    if (entry.head_offset % kSegmentAlignment != 0 || entry.body_offset % kSegmentAlignment != 0 ||
        !IsIn(entry.head_offset, entry.head_bytes, sizeof(SegmentHeader), end) ||
        !IsIn(entry.body_offset, entry.body_bytes, sizeof(SegmentHeader), end) ||
        !IsIn(entry.name_offset, entry.name_bytes, 0, trailer_.names_bytes) ||
        !IsIn(entry.first_block, BlockCount(entry.body_bytes), 0, trailer_.block_count)) {
      return Damage("a segment's section is out of place");
    }
  }
  return {};
}

SectionEntry IndexSegment::Entry(size_t section) const {
  CHECK(section < section_count());
  return LoadAt<SectionEntry>(shared_.bytes,
                              trailer_.directory_offset + section * sizeof(SectionEntry));
}

uint64_t IndexSegment::BlocksOffset() const {
  return trailer_.directory_offset + section_count() * sizeof(SectionEntry);
}

uint64_t IndexSegment::LogdirOffset() const {
  return BlocksOffset() + trailer_.block_count * sizeof(uint32_t);
}

uint64_t IndexSegment::NamesOffset() const { return LogdirOffset() + trailer_.logdir_bytes; }

uint32_t IndexSegment::BlockCrc(uint32_t block) const {
  return LoadAt<uint32_t>(shared_.bytes, BlocksOffset() + block * sizeof(uint32_t));
}

std::string_view IndexSegment::logdir() const {
  const auto bytes = shared_.bytes.subspan(LogdirOffset(), trailer_.logdir_bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view IndexSegment::run(size_t section) const {
  const SectionEntry entry = Entry(section);
  const auto bytes = shared_.bytes.subspan(NamesOffset() + entry.name_offset, entry.name_bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::span<const std::byte>> IndexSegment::Head(size_t section) const {
  const SectionEntry entry = Entry(section);
  const auto head = shared_.bytes.subspan(entry.head_offset, entry.head_bytes);
  if (Crc32c(head) != entry.head_crc) return Damage("a section's head fails its checksum");
  return head;
}

Result<std::span<const std::byte>> IndexSegment::Body(size_t section, uint64_t offset,
                                                      uint64_t bytes) const {
  const SectionEntry entry = Entry(section);
  if (!IsIn(offset, bytes, 0, entry.body_bytes)) {
    return Error{Code::kOutOfRange, "index: beyond the end of a section"};
  }
  if (bytes > 0) {
    const uint64_t last = (offset + bytes - 1) / kSegmentBlockBytes;
    for (uint64_t number = offset / kSegmentBlockBytes; number <= last; ++number) {
      RETURN_IF_ERROR(CheckBlock(entry, number));
    }
  }
  return shared_.bytes.subspan(entry.body_offset + offset, bytes);
}

Status IndexSegment::CheckBlock(const SectionEntry& entry, uint64_t number) const {
  const uint64_t block = entry.first_block + number;
  // The mark says something of the mapped bytes alone, which were there before it: no order needed.
  if (is_checked_[block].load(std::memory_order_relaxed)) return {};
  const uint64_t begin = number * kSegmentBlockBytes;
  const uint64_t bytes = std::min(kSegmentBlockBytes, entry.body_bytes - begin);
  const auto data = shared_.bytes.subspan(entry.body_offset + begin, bytes);
  if (Crc32c(data) != BlockCrc(static_cast<uint32_t>(block))) {
    return Damage("a block of a section's body fails its checksum");
  }
  is_checked_[block].store(true, std::memory_order_relaxed);
  return {};
}

}  // namespace stepscope
