// Writes one segment of the index, from its first byte to its last; segment.h reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "index/segment_layout.h"

namespace stepscope {

struct SegmentIdentity {
  std::string logdir;  // Its canonical path.
  uint64_t logdir_inode = 0;
  uint64_t content_format = 0;
  uint64_t sequence = 0;
  uint64_t writer_id = 0;
};

// Belongs to one thread. Keeps 256 KiB, up to 8 MiB of heads, and what the directory needs (48
// bytes and the name a section); large bodies go to the file from where they are. Heads are
// gathered, so that a start which reads all of them reads a few places of the disk and not one a
// run.
class SegmentWriter {
 public:
  // `file` is empty and must outlive the writer. No more than `max_bytes` are written.
  SegmentWriter(OutputFile& file, SegmentIdentity identity, uint64_t max_bytes);

  // Writes one section; its body is the pieces one behind the other. RESOURCE_EXHAUSTED when it
  // would make the segment longer than it may be: nothing of it is written then, and smaller ones
  // may still fit. Any other error sticks.
  Status Add(std::string_view run, std::span<const std::byte> head,
             std::span<const std::span<const std::byte>> body);
  Status Add(std::string_view run, std::span<const std::byte> head,
             std::span<const std::byte> body) {
    return Add(run, head, std::span(&body, 1));
  }

  // Writes directory and trailer and waits for the device. The last call; the store makes it.
  Status Finish();

  size_t section_count() const { return entries_.size(); }

 private:
  static constexpr size_t kBufferBytes = 256 << 10;
  static constexpr size_t kLargeBytes = 32 << 10;  // Pieces from here on are not copied.
  static constexpr size_t kMaxWaitingHeadBytes = 8 << 20;

  // What Finish() will write if the directory gets so many bytes more.
  uint64_t RestBytes(uint64_t more_bytes) const;
  Status Write(std::span<const std::byte> bytes);
  Status WriteBody(std::span<const std::span<const std::byte>> body);
  Status WriteHeads();
  Status Align();
  Status Flush();

  OutputFile& file_;
  const SegmentIdentity identity_;
  const uint64_t max_bytes_;
  uint64_t offset_ = 0;
  std::vector<std::byte> buffer_;
  std::vector<std::byte> heads_;  // That wait, each padded to the alignment.
  size_t placed_heads_ = 0;       // Of the entries, whose heads wait no more.
  std::vector<SectionEntry> entries_;
  std::vector<uint32_t> block_crcs_;
  std::string names_;
  Status failure_;
};

}  // namespace stepscope
