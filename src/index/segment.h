// One file of the index on disk: sections of opaque bytes, one a run. docs/format/index.md draws
// it; segment_writer.h writes it, index_store.h knows which files there are.
//
//   segment := header(64)  (body | head)*  directory  trailer(64)
//
// What is checked when: header, directory and trailer when the segment is opened; a head when it is
// asked for; a body block by block, each the first time that it is asked for. No byte of a section
// leaves here unchecked.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"
#include "index/segment_layout.h"

namespace stepscope {

// An opened segment. Thread-safe: only the marks of what was checked change.
class IndexSegment {
 public:
  // UNIMPLEMENTED: another version's or another machine's. DATA_LOSS: not a whole segment. `shared`
  // must be aligned to 64 bytes, and is kept.
  static Result<std::shared_ptr<const IndexSegment>> Open(SharedBytes shared);

  uint64_t file_bytes() const { return shared_.bytes.size(); }
  uint64_t content_format() const { return header_.content_format; }
  uint64_t sequence() const { return header_.sequence; }
  uint64_t writer_id() const { return header_.writer_id; }
  uint64_t logdir_inode() const { return header_.logdir_inode; }
  std::string_view logdir() const;

  // Sections by number, in the order in which they were written.
  size_t section_count() const { return trailer_.section_count; }
  std::string_view run(size_t section) const;
  uint64_t head_bytes(size_t section) const { return Entry(section).head_bytes; }
  uint64_t body_bytes(size_t section) const { return Entry(section).body_bytes; }
  // DATA_LOSS when the bytes fail their checksum. Each call costs a pass over the head.
  Result<std::span<const std::byte>> Head(size_t section) const;
  // The body's bytes from `offset` on; OUT_OF_RANGE beyond its end. Costs a pass over those of its
  // blocks that were not asked for before.
  Result<std::span<const std::byte>> Body(size_t section, uint64_t offset, uint64_t bytes) const;

 private:
  explicit IndexSegment(SharedBytes shared) : shared_(std::move(shared)) {}
  Status ReadHeader();
  Status ReadTrailer();
  Status CheckEntries() const;

  SectionEntry Entry(size_t section) const;
  uint32_t BlockCrc(uint32_t block) const;
  uint64_t BlocksOffset() const;
  uint64_t LogdirOffset() const;
  uint64_t NamesOffset() const;
  Status CheckBlock(const SectionEntry& entry, uint64_t number) const;

  SharedBytes shared_;
  SegmentHeader header_;
  SegmentTrailer trailer_;
  std::unique_ptr<std::atomic<bool>[]> is_checked_;  // A block.
};

// A run's section of the segment, which lives for as long as any section of it does.
class Section {
 public:
  Section(std::shared_ptr<const IndexSegment> segment, size_t number)
      : segment_(std::move(segment)), number_(number) {}

  std::string_view run() const { return segment_->run(number_); }
  uint64_t total_bytes() const { return segment_->head_bytes(number_) + body_bytes(); }

  // What is needed first and of every run: checked whole, each time. See IndexSegment::Head.
  Result<std::span<const std::byte>> Head() const { return segment_->Head(number_); }
  // The rest, checked in blocks of 1 MiB the first time that one is touched (0.1 ms each; several
  // threads may share the work). See IndexSegment::Body.
  uint64_t body_bytes() const { return segment_->body_bytes(number_); }
  Result<std::span<const std::byte>> Body(uint64_t offset, uint64_t bytes) const {
    return segment_->Body(number_, offset, bytes);
  }
  Result<std::span<const std::byte>> Body() const { return Body(0, body_bytes()); }

  // Spans of this section are good for as long as this is held, whatever becomes of the file.
  std::shared_ptr<const void> keep_alive() const { return segment_; }
  const IndexSegment* segment() const { return segment_.get(); }
  size_t number() const { return number_; }

 private:
  std::shared_ptr<const IndexSegment> segment_;
  size_t number_;
};

}  // namespace stepscope
