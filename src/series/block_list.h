// The memory behind a column: blocks that never move, and the directory that finds them. Private to
// this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace stepscope {

struct BlockEntry {
  std::byte* bytes = nullptr;  // Aligned for any number; laid out by the column.
  uint64_t first_ordinal = 0;  // Of the block's first point in the column.
  uint32_t capacity = 0;       // Points that fit.
  uint8_t type = 0;            // The column's business.
};

// Owns blocks and every directory that ever listed them, because a view walks the directory that
// was the newest when it was made. Written by the column's one thread; entries below a published
// count never change, so that readers need no lock.
class BlockList {
 public:
  // A series of ten points stays small, a long one has blocks that are worth a header.
  static constexpr uint32_t kFirstCapacity = 16;
  static constexpr uint32_t kMaxCapacity = 1024;

  BlockList() = default;
  BlockList(const BlockList&) = delete;
  BlockList& operator=(const BlockList&) = delete;
  ~BlockList();

  size_t size() const { return size_; }
  const BlockEntry* entries() const { return entries_.get(); }
  // Ends the process when there is no memory, as operator new does.
  const BlockEntry& Add(uint64_t first_ordinal, uint32_t capacity, size_t bytes_per_point,
                        uint8_t type);
  size_t MemoryBytes() const { return memory_bytes_; }

 private:
  void Grow();

  std::unique_ptr<BlockEntry[]> entries_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
  size_t memory_bytes_ = sizeof(BlockList);
  std::vector<std::unique_ptr<BlockEntry[]>> outgrown_;
};

// How many points the block after one with `used` points should hold. A block that ended early,
// because the type of its values changed, makes small successors: a file that changes the type at
// every point must not cost a large block each.
uint32_t NextBlockCapacity(uint32_t used);

// The index of the block that holds `ordinal`, among `count` > 0 entries that begin at or below it.
size_t FindBlock(const BlockEntry* entries, size_t count, uint64_t ordinal);

}  // namespace stepscope
