// Append-only columns of one series, shared between the one thread that appends and any number of
// readers without a lock.
//
// A scalar column is a directory of sealed blocks, which are packed and never change, and a tail of
// points as they came, which is append-only; when the tail is full it is sealed. A reader looks
// only below the size that was published to it (see ScalarColumnView), so what it sees never
// changes. When the directory is full, a larger one takes over. Publishing is the owner's business:
// whoever hands a view to another thread synchronises with it (SnapshotCell).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "series/block.h"
#include "series/block_values.h"

namespace stepscope {

struct BlockEntry;  // block_list.h, private to this room.
class BlockList;

// Points that were not sealed yet: steps, wall times and values, each `stride` words behind the
// other.
struct Tail {
  std::shared_ptr<uint64_t[]> words;  // NOLINT(modernize-avoid-c-arrays)
  uint32_t stride = 0;
  ValueType type = ValueType::kFloat32;
};

// A block as it lies in memory or in the index.
struct SealedBlock {
  std::span<const std::byte> bytes;
  const BlockSummary* summary = nullptr;  // Null for a block that has none.
  uint32_t count = 0;
};

// The first size() points of a column. Cheap to copy; immutable; any thread.
class ScalarColumnView {
 public:
  ScalarColumnView() = default;
  uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  size_t block_count() const { return sealed_count_ + (tail_.words ? 1 : 0); }
  uint64_t first_ordinal(size_t block) const;  // Of the block's first point.
  uint32_t count(size_t block) const;          // Its points, at least one.
  ValueType type(size_t block) const;
  std::optional<ValueType> only_type() const;       // Nothing when it is empty or has several.
  const BlockSummary* summary(size_t block) const;  // Null when there is none.
  // The block's points below size(), in `buffer` or, for what is not sealed, as they lie. They are
  // valid as long as both the view and the buffer.
  ScalarSpan Read(size_t block, ScalarBuffer& buffer, PointParts parts = kWholePoints) const;

  // One point of the block, exactly; what a summary tells is not decoded.
  PointBits ReadPoint(size_t block, uint32_t index) const;

  // The first block from which on all up to `block` have summaries and steps, or wall times, never
  // go back in and between them; UINT32_MAX if not even `block`'s do.
  uint32_t steps_sorted_from(size_t block) const;
  uint32_t times_sorted_from(size_t block) const;
  // Sends for what is soon to be read of a block that has a summary: the summary, without its
  // pieces; the pieces, and what says where their points lie; and the piece that holds a point.
  void PrefetchSummary(size_t block) const;
  void PrefetchPieces(size_t block) const;
  void PrefetchPiece(size_t block, size_t index) const;
  // Of a block that has a summary.
  void ReadValues(size_t block, BlockValues& values) const;
  std::optional<RegularSteps> regular_steps(size_t block) const;

  // The block that holds point `ordinal` (< size()), and the ordinal of that block's first point.
  struct Place {
    size_t block;
    uint64_t first_ordinal;
  };
  Place Find(uint64_t ordinal) const;

  // For the index: what is sealed, and then the tail.
  size_t sealed_count() const { return sealed_count_; }
  SealedBlock sealed(size_t block) const;

 private:
  friend class ScalarColumn;
  std::shared_ptr<const BlockEntry> entries_;  // Of the directory; keeps the blocks alive.
  size_t sealed_count_ = 0;
  uint64_t sealed_size_ = 0;  // Points.
  Tail tail_;                 // No words when it is empty.
  uint64_t size_ = 0;
};

// Gives back what this thread keeps for columns that it may yet append to.
void ReleaseSpareMemory();

// Belongs to one thread; views of it may be anywhere and may outlive it.
class ScalarColumn {
 public:
  ScalarColumn();
  ~ScalarColumn();
  ScalarColumn(ScalarColumn&&) noexcept;
  ScalarColumn& operator=(ScalarColumn&&) noexcept;

  // `bits` as in wire's Number: float32 in the low 32 bits, integers in two's complement.
  void Append(int64_t step, double wall_time, ValueType type, uint64_t bits) {
    if (used_ == capacity_ || type != tail_.type) [[unlikely]]
      MakeRoom(type);
    // What is written may alias anything, so that members are read once.
    uint64_t* const words = tail_.words.get();
    const size_t stride = tail_.stride;
    const size_t at = used_;
    used_ = static_cast<uint32_t>(at + 1);
    words[at] = static_cast<uint64_t>(step);
    std::memcpy(&words[stride + at], &wall_time, sizeof(wall_time));
    if (type == ValueType::kFloat32) {
      const auto narrow = static_cast<uint32_t>(bits);
      std::memcpy(reinterpret_cast<std::byte*>(&words[2 * stride]) + at * sizeof(narrow), &narrow,
                  sizeof(narrow));
    } else {
      words[2 * stride + at] = bits;
    }
  }
  uint64_t size() const { return sealed_size_ + used_; }
  ScalarColumnView View() const;
  // Packs the tail, which costs about a nanosecond a point: for a column that is not likely to
  // grow soon.
  void Seal();
  // Appends a block that was sealed before, whose bytes and summary live as long as `keep_alive`,
  // which is the same for all of them. The tail must be empty.
  void AddMapped(const SealedBlock& block, const std::shared_ptr<const void>& keep_alive);
  size_t MemoryBytes() const;

 private:
  void MakeRoom(ValueType type);
  void Allocate(ValueType type, uint32_t capacity);
  BlockList& sealed();

  std::shared_ptr<BlockList> sealed_;
  uint64_t sealed_size_ = 0;
  Tail tail_;
  uint32_t capacity_ = 0;
  uint32_t used_ = 0;
  mutable bool is_shared_ = false;  // Some view may look at the tail.
};

// Where one stored value's bytes lie: its record in the file, and the value inside the record's
// data.
struct BlobRef {
  uint64_t record_offset = 0;  // Of the record's header.
  uint32_t record_length = 0;  // Of its data.
  uint32_t value_offset = 0;   // Inside the data.
  uint32_t value_length = 0;
  // What ingest says of it, so that lists need not open files: in a blob series, the number of its
  // blobs.
  uint32_t blobs = 0;
};

struct BlobSpan {
  std::span<const int64_t> steps;
  std::span<const double> wall_times;
  std::span<const BlobRef> refs;
  size_t size() const { return steps.size(); }
};

class BlobColumnView {
 public:
  BlobColumnView() = default;
  uint64_t size() const { return size_; }
  size_t block_count() const { return block_count_; }
  BlobSpan block(size_t index) const;

 private:
  friend class BlobColumn;
  std::shared_ptr<const BlockEntry> entries_;
  size_t block_count_ = 0;
  uint64_t size_ = 0;
};

class BlobColumn {
 public:
  BlobColumn();
  ~BlobColumn();
  BlobColumn(BlobColumn&&) noexcept;
  BlobColumn& operator=(BlobColumn&&) noexcept;
  void Append(int64_t step, double wall_time, const BlobRef& ref);
  uint64_t size() const { return size_; }
  BlobColumnView View() const;
  size_t MemoryBytes() const;

 private:
  std::shared_ptr<BlockList> blocks_;
  uint64_t size_ = 0;
  std::byte* tail_ = nullptr;
  uint32_t used_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace stepscope
