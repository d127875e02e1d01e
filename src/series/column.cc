// A block's memory: steps[capacity], wall_times[capacity], then values or references[capacity].
#include "series/column.h"

#include <cstring>

#include "series/block_list.h"

namespace stepscope {
namespace {

constexpr size_t kKeyBytes = sizeof(int64_t) + sizeof(double);  // A point without its value.

size_t ValueBytes(ValueType type) { return type == ValueType::kFloat32 ? 4 : 8; }

const std::byte* StepsOf(const BlockEntry& block) { return block.bytes; }
const std::byte* WallTimesOf(const BlockEntry& block) {
  return block.bytes + sizeof(int64_t) * block.capacity;
}
const std::byte* ValuesOf(const BlockEntry& block) {
  return block.bytes + kKeyBytes * block.capacity;
}

template <typename T>
std::span<const T> SpanOf(const std::byte* bytes, size_t count) {
  return {reinterpret_cast<const T*>(bytes), count};
}

template <typename T>
void Put(std::byte* bytes, size_t index, T value) {
  std::memcpy(bytes + index * sizeof(T), &value, sizeof(T));
}

// Writes the part of a point that both kinds of column share.
void PutKey(std::byte* block, uint32_t capacity, uint32_t index, int64_t step, double wall_time) {
  Put(block, index, step);
  Put(block + sizeof(int64_t) * capacity, index, wall_time);
}

// How many of the points below `size` lie in block `index`.
size_t CountIn(const BlockEntry* entries, size_t block_count, size_t index, uint64_t size) {
  const uint64_t end = index + 1 < block_count ? entries[index + 1].first_ordinal : size;
  return end - entries[index].first_ordinal;
}

}  // namespace

double ScalarSpan::ValueAsDouble(size_t i) const {
  switch (type) {
    case ValueType::kFloat32:
      return float32[i];
    case ValueType::kFloat64:
      return float64[i];
    case ValueType::kInt64:
      return static_cast<double>(int64[i]);
    case ValueType::kUint64:
    case ValueType::kBool:
      return static_cast<double>(uint64[i]);
  }
  return 0;
}

ScalarSpan ScalarColumnView::block(size_t index) const {
  const BlockEntry& entry = entries_.get()[index];
  const size_t count = CountIn(entries_.get(), block_count_, index, size_);
  ScalarSpan span{.type = static_cast<ValueType>(entry.type),
                  .steps = SpanOf<int64_t>(StepsOf(entry), count),
                  .wall_times = SpanOf<double>(WallTimesOf(entry), count)};
  const std::byte* const values = ValuesOf(entry);
  switch (span.type) {
    case ValueType::kFloat32:
      span.float32 = SpanOf<float>(values, count);
      break;
    case ValueType::kFloat64:
      span.float64 = SpanOf<double>(values, count);
      break;
    case ValueType::kInt64:
      span.int64 = SpanOf<int64_t>(values, count);
      break;
    case ValueType::kUint64:
    case ValueType::kBool:
      span.uint64 = SpanOf<uint64_t>(values, count);
      break;
  }
  return span;
}

ScalarColumnView::Place ScalarColumnView::Find(uint64_t ordinal) const {
  const size_t block = FindBlock(entries_.get(), block_count_, ordinal);
  return {block, entries_.get()[block].first_ordinal};
}

ScalarColumn::ScalarColumn() = default;
ScalarColumn::~ScalarColumn() = default;
ScalarColumn::ScalarColumn(ScalarColumn&&) noexcept = default;
ScalarColumn& ScalarColumn::operator=(ScalarColumn&&) noexcept = default;

void ScalarColumn::Append(int64_t step, double wall_time, ValueType type, uint64_t bits) {
  if (used_ == capacity_ || type != type_) [[unlikely]]
    BeginBlock(type);
  PutKey(tail_, capacity_, used_, step, wall_time);
  std::byte* const values = tail_ + kKeyBytes * capacity_;
  if (type == ValueType::kFloat32) {
    Put(values, used_, static_cast<uint32_t>(bits));
  } else {
    Put(values, used_, bits);
  }
  ++used_;
  ++size_;
}

void ScalarColumn::BeginBlock(ValueType type) {
  if (!blocks_) blocks_ = std::make_shared<BlockList>();
  const BlockEntry& entry = blocks_->Add(size_, NextBlockCapacity(used_),
                                         kKeyBytes + ValueBytes(type), static_cast<uint8_t>(type));
  tail_ = entry.bytes;
  capacity_ = entry.capacity;
  used_ = 0;
  type_ = type;
}

ScalarColumnView ScalarColumn::View() const {
  ScalarColumnView view;
  if (!blocks_) return view;
  view.entries_ = std::shared_ptr<const BlockEntry>(blocks_, blocks_->entries());
  view.block_count_ = blocks_->size();
  view.size_ = size_;
  return view;
}

size_t ScalarColumn::MemoryBytes() const { return blocks_ ? blocks_->MemoryBytes() : 0; }

BlobSpan BlobColumnView::block(size_t index) const {
  const BlockEntry& entry = entries_.get()[index];
  const size_t count = CountIn(entries_.get(), block_count_, index, size_);
  return {SpanOf<int64_t>(StepsOf(entry), count), SpanOf<double>(WallTimesOf(entry), count),
          SpanOf<BlobRef>(ValuesOf(entry), count)};
}

BlobColumn::BlobColumn() = default;
BlobColumn::~BlobColumn() = default;
BlobColumn::BlobColumn(BlobColumn&&) noexcept = default;
BlobColumn& BlobColumn::operator=(BlobColumn&&) noexcept = default;

void BlobColumn::Append(int64_t step, double wall_time, const BlobRef& ref) {
  if (used_ == capacity_) [[unlikely]] {
    if (!blocks_) blocks_ = std::make_shared<BlockList>();
    const BlockEntry& entry =
        blocks_->Add(size_, NextBlockCapacity(used_), kKeyBytes + sizeof(BlobRef), 0);
    tail_ = entry.bytes;
    capacity_ = entry.capacity;
    used_ = 0;
  }
  PutKey(tail_, capacity_, used_, step, wall_time);
  Put(tail_ + kKeyBytes * capacity_, used_, ref);
  ++used_;
  ++size_;
}

BlobColumnView BlobColumn::View() const {
  BlobColumnView view;
  if (!blocks_) return view;
  view.entries_ = std::shared_ptr<const BlockEntry>(blocks_, blocks_->entries());
  view.block_count_ = blocks_->size();
  view.size_ = size_;
  return view;
}

size_t BlobColumn::MemoryBytes() const { return blocks_ ? blocks_->MemoryBytes() : 0; }

}  // namespace stepscope
