// Append-only columns of one series, shared between the one thread that appends and any number of
// readers without a lock.
//
// A column is a directory of blocks. Full blocks never change; the last block and the directory are
// append-only, and a reader looks only below the size that was published to it (see
// ScalarColumnView), so what it sees never changes. When the directory is full, a larger one takes
// over. Publishing is the owner's business: whoever hands a view to another thread synchronises
// with it (SnapshotCell).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace stepscope {

// How the values of one block are stored: exactly as they were logged.
enum class ValueType : uint8_t { kFloat32, kFloat64, kInt64, kUint64, kBool };

// Consecutive points of one series. All spans have one length, except that exactly one of the value
// spans is not empty: the one of `type`.
struct ScalarSpan {
  ValueType type = ValueType::kFloat32;
  std::span<const int64_t> steps;
  std::span<const double> wall_times;  // Seconds since the epoch.
  std::span<const float> float32;
  std::span<const double> float64;
  std::span<const int64_t> int64;
  std::span<const uint64_t> uint64;  // Also bools, as 0 and 1.

  size_t size() const { return steps.size(); }
  double ValueAsDouble(size_t i) const;  // Rounds integers above 2^53.
};

struct BlockEntry;  // block_list.h, private to this room.
class BlockList;

// The first size() points of a column. Cheap to copy; immutable; any thread.
class ScalarColumnView {
 public:
  ScalarColumnView() = default;
  uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t block_count() const { return block_count_; }
  ScalarSpan block(size_t index) const;  // The part of the block that is below size().
  // The block that holds point `ordinal` (< size()), and the ordinal of that block's first point.
  struct Place {
    size_t block;
    uint64_t first_ordinal;
  };
  Place Find(uint64_t ordinal) const;

 private:
  friend class ScalarColumn;
  std::shared_ptr<const BlockEntry> entries_;  // Of the directory; keeps the blocks alive.
  size_t block_count_ = 0;
  uint64_t size_ = 0;
};

// Belongs to one thread; views of it may be anywhere and may outlive it.
class ScalarColumn {
 public:
  ScalarColumn();
  ~ScalarColumn();
  ScalarColumn(ScalarColumn&&) noexcept;
  ScalarColumn& operator=(ScalarColumn&&) noexcept;

  // `bits` as in wire's Number: float32 in the low 32 bits, integers in two's complement.
  void Append(int64_t step, double wall_time, ValueType type, uint64_t bits);
  uint64_t size() const { return size_; }
  ScalarColumnView View() const;
  size_t MemoryBytes() const;

 private:
  void BeginBlock(ValueType type);

  std::shared_ptr<BlockList> blocks_;
  uint64_t size_ = 0;
  // The block that grows.
  std::byte* tail_ = nullptr;
  uint32_t used_ = 0;
  uint32_t capacity_ = 0;
  ValueType type_ = ValueType::kFloat32;
};

// Where one stored value's bytes lie: its record in the file, and the value inside the record's
// data.
struct BlobRef {
  uint64_t record_offset = 0;  // Of the record's header.
  uint32_t record_length = 0;  // Of its data.
  uint32_t value_offset = 0;   // Inside the data.
  uint32_t value_length = 0;
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
