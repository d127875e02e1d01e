// The fixed parts of a segment file, as they lie on disk; docs/format/index.md draws them.
#pragma once

#include <bit>
#include <cstdint>

namespace stepscope {

static_assert(std::endian::native == std::endian::little, "the fields are read as they lie");

inline constexpr char kSegmentMagic[8] = {'S', 'S', 'I', 'N', 'D', 'E', 'X', '\n'};
inline constexpr char kTrailerMagic[8] = {'S', 'S', 'I', 'N', 'D', 'E', 'N', 'D'};
// Of what this page of code knows; the first 16 bytes of the header stay in every version.
inline constexpr uint32_t kSegmentVersion = 1;
inline constexpr uint32_t kByteOrderMark = 0x01020304;

// A cache line, and more than any column's elements ask for.
inline constexpr uint64_t kSegmentAlignment = 64;
// Bodies are checked in blocks of this size: 0.1 ms each, so that a query which needs a few
// kilobytes of a large body does not wait for all of it.
inline constexpr uint64_t kSegmentBlockBytes = uint64_t{1} << 20;
// Of a run's name, which is a path below the logdir: Linux' PATH_MAX.
inline constexpr uint64_t kMaxRunNameBytes = 4096;

constexpr uint64_t AlignUp(uint64_t offset) {
  return (offset + kSegmentAlignment - 1) / kSegmentAlignment * kSegmentAlignment;
}

constexpr uint64_t BlockCount(uint64_t body_bytes) {
  return body_bytes / kSegmentBlockBytes + (body_bytes % kSegmentBlockBytes != 0 ? 1 : 0);
}

struct SegmentHeader {
  char magic[8];
  uint32_t byte_order;
  uint32_t version;
  uint64_t content_format;  // What the sections hold, numbered by who writes them.
  uint64_t sequence;        // Of two segments that hold a run, the higher one counts.
  uint64_t writer_id;       // Random: decides between equal sequences.
  uint64_t logdir_inode;
  uint32_t zero[3];
  uint32_t crc;  // Of everything before.
};
static_assert(sizeof(SegmentHeader) == 64);

struct SectionEntry {
  uint64_t head_offset;  // From the start of the file, like all offsets.
  uint64_t head_bytes;
  uint64_t body_offset;
  uint64_t body_bytes;
  uint32_t head_crc;
  uint32_t name_offset;  // In the directory's names.
  uint32_t name_bytes;
  uint32_t first_block;  // Of the body's BlockCount(body_bytes) block checksums.
};
static_assert(sizeof(SectionEntry) == 48);

struct SegmentTrailer {
  char magic[8];
  uint64_t file_bytes;
  uint64_t sequence;  // Both as in the header.
  uint64_t directory_offset;
  uint32_t section_count;
  uint32_t block_count;
  uint32_t logdir_bytes;  // The canonical path of the logdir, before the names.
  uint32_t names_bytes;
  uint32_t zero[2];
  uint32_t directory_crc;
  uint32_t crc;  // Of everything before in the trailer.
};
static_assert(sizeof(SegmentTrailer) == 64);

// The directory's parts lie one behind the other without gaps: entries, block checksums, logdir,
// names. 32-bit counts cannot overflow this.
constexpr uint64_t DirectoryBytes(const SegmentTrailer& trailer) {
  return uint64_t{trailer.section_count} * sizeof(SectionEntry) +
         uint64_t{trailer.block_count} * sizeof(uint32_t) + trailer.logdir_bytes +
         trailer.names_bytes;
}

}  // namespace stepscope
