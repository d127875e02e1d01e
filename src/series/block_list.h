// The blocks of a column, which never move, and the directory that finds them. Private to this
// room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "series/block.h"

namespace stepscope {

struct BlockEntry {
  std::byte* bytes = nullptr;  // Aligned for any number; laid out by the column.
  uint64_t first_ordinal = 0;  // Of the block's first point in the column.
  const BlockSummary* summary = nullptr;
  uint16_t capacity = 0;  // Points that fit, or that it has once it is sealed.
  uint16_t size_bytes = 0;
  ValueType type = ValueType::kFloat32;
  bool is_mapped = false;  // Bytes and summary belong to somebody else.
  uint8_t types = 0;       // Of the blocks up to this one, a bit each.
  // The first block from which on all up to this one have summaries and steps, or wall times, never
  // go back in and between them; BlockList finds out.
  uint32_t steps_sorted_from = UINT32_MAX;
  uint32_t times_sorted_from = UINT32_MAX;
};

static_assert(sizeof(BlockEntry) == 40);     // A million short series have one or two each.
static_assert(sizeof(BlockSummary) == 448);  // As docs/format/index.md says.
static_assert(kMaxBlockBytes <= UINT16_MAX && kMaxBlockPoints <= UINT16_MAX);

// Owns blocks and every directory that ever listed them, because a view walks the directory that
// was the newest when it was made. Written by the column's one thread; entries below a published
// count never change, so that readers need no lock.
class BlockList {
 public:
  BlockList() = default;
  BlockList(const BlockList&) = delete;
  BlockList& operator=(const BlockList&) = delete;
  ~BlockList();

  size_t size() const { return size_; }
  const BlockEntry* entries() const { return entries_; }
  // Takes over `entry.bytes`, which AllocateChunked() gave, unless the block is mapped.
  const BlockEntry& Add(BlockEntry entry);
  // A place for the next block's summary, which lies next to those before it.
  BlockSummary& AddSummary();
  // Whoever owns what is mapped: the same one for all of it.
  void KeepAlive(const std::shared_ptr<const void>& mapping);
  size_t MemoryBytes() const { return memory_bytes_; }  // Without what is mapped.

 private:
  void Grow();

  BlockEntry first_;               // Short columns have no more.
  BlockEntry* entries_ = &first_;  // Or the last of the directories.
  uint32_t size_ = 0;
  uint32_t capacity_ = 1;
  size_t memory_bytes_ = sizeof(BlockList);
  // What short columns, of which there may be a million, do without.
  struct Long {
    std::vector<std::unique_ptr<BlockEntry[]>> directories;  // The last one is in use.
    // In pieces that double, because they must not move.
    std::vector<std::unique_ptr<BlockSummary[]>> summaries;
    size_t summaries_used = 0;  // Of the last piece.
    size_t summaries_capacity = 0;
    std::shared_ptr<const void> mapping;
  };
  Long& GetLong();
  std::unique_ptr<Long> long_;
};

// The index of the block that holds `ordinal`, among `count` > 0 entries that begin at or below it.
size_t FindBlock(const BlockEntry* entries, size_t count, uint64_t ordinal);

}  // namespace stepscope
