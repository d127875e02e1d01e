#include "series/column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/check.h"
#include "base/chunk_memory.h"
#include "series/block_layout.h"
#include "series/block_list.h"

namespace stepscope {
namespace {

// A series of ten points stays small; from the full size on a block is worth packing.
constexpr uint32_t kFirstCapacity = 16;
constexpr uint32_t kGrowth = 4;

// Series of a file grow together. Without a cache line more, the places that all of them write to
// would be whole pages apart, and the processor's cache keeps few of such.
constexpr uint32_t kStaggerWords = 8;

uint32_t StrideOf(uint32_t capacity) {
  return capacity < kMaxBlockPoints ? capacity : capacity + kStaggerWords;
}

size_t ValueWords(ValueType type, uint32_t count) {
  return type == ValueType::kFloat32 ? (count + 1) / 2 : count;
}

size_t WordsOf(ValueType type, uint32_t capacity) {
  return size_t{2} * StrideOf(capacity) + ValueWords(type, capacity);
}

template <typename T>
std::span<const T> SpanOf(const void* bytes, size_t count) {
  return {static_cast<const T*>(bytes), count};
}

ScalarSpan SpanOfTail(const Tail& tail, size_t count) {
  const uint64_t* const words = tail.words.get();
  ScalarSpan span{.type = tail.type,
                  .steps = SpanOf<int64_t>(words, count),
                  .wall_times = SpanOf<double>(words + tail.stride, count)};
  const uint64_t* const values = words + size_t{2} * tail.stride;
  switch (tail.type) {
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

// Tails that are full, or outgrown, and that nobody looks at, for the same thread's next ones. Else
// so much memory that comes and goes leaves holes between what stays.
class TailPool {
 public:
  static constexpr size_t kMaxKept = 64;  // Of each size: at most 4 MB a thread in all.

  std::shared_ptr<uint64_t[]> Take(ValueType type, uint32_t capacity) {
    std::vector<std::shared_ptr<uint64_t[]>>* const kept = Kept(type, capacity);
    if (kept == nullptr || kept->empty()) {
      return std::make_shared_for_overwrite<uint64_t[]>(WordsOf(type, capacity));
    }
    std::shared_ptr<uint64_t[]> words = std::move(kept->back());
    kept->pop_back();
    return words;
  }
  void Give(Tail&& tail, uint32_t capacity) {
    std::vector<std::shared_ptr<uint64_t[]>>* const kept = Kept(tail.type, capacity);
    if (kept != nullptr && kept->size() < kMaxKept) kept->push_back(std::move(tail.words));
  }

 private:
  // Null for a size of its own.
  std::vector<std::shared_ptr<uint64_t[]>>* Kept(ValueType type, uint32_t capacity) {
    for (size_t i = 0; i < kSizes.size(); ++i) {
      if (kSizes[i] == capacity) return &kept_[type == ValueType::kFloat32 ? 0 : 1][i];
    }
    return nullptr;
  }

  static constexpr std::array kSizes = {kFirstCapacity, kFirstCapacity* kGrowth,
                                        kFirstCapacity* kGrowth* kGrowth, kMaxBlockPoints};
  std::array<std::array<std::vector<std::shared_ptr<uint64_t[]>>, kSizes.size()>, 2> kept_;
};

TailPool& ThisThreadsTails() {
  static thread_local TailPool pool;
  return pool;
}

// How many points the block after one with `used` points should hold. A block that ended early,
// because the type of its values changed, makes small successors: a file that changes the type at
// every point must not cost a large block each.
uint32_t NextCapacity(uint32_t used) {
  return used == 0 ? kFirstCapacity : std::min(kGrowth * used, kMaxBlockPoints);
}

// A block of a blob column: steps[capacity], wall times[capacity], references[capacity].
constexpr size_t kKeyBytes = sizeof(int64_t) + sizeof(double);

template <typename T>
void Put(std::byte* bytes, size_t index, T value) {
  std::memcpy(bytes + index * sizeof(T), &value, sizeof(T));
}

static_assert(kMaxBlockPoints * (kKeyBytes + sizeof(BlobRef)) <= UINT16_MAX);

// How many of the points below `size` lie in block `index`.
size_t CountIn(const BlockEntry* entries, size_t block_count, size_t index, uint64_t size) {
  const uint64_t end = index + 1 < block_count ? entries[index + 1].first_ordinal : size;
  return end - entries[index].first_ordinal;
}

}  // namespace

uint64_t ScalarColumnView::first_ordinal(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].first_ordinal : sealed_size_;
}

uint32_t ScalarColumnView::count(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].capacity
                               : static_cast<uint32_t>(size_ - sealed_size_);
}

ValueType ScalarColumnView::type(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].type : tail_.type;
}

std::optional<ValueType> ScalarColumnView::only_type() const {
  unsigned types = sealed_count_ > 0 ? entries_.get()[sealed_count_ - 1].types : 0U;
  if (tail_.words) types |= 1U << static_cast<unsigned>(tail_.type);
  if (!std::has_single_bit(types)) return std::nullopt;
  return static_cast<ValueType>(std::countr_zero(types));
}

const BlockSummary* ScalarColumnView::summary(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].summary : nullptr;
}

ScalarSpan ScalarColumnView::Read(size_t block, ScalarBuffer& buffer, PointParts parts) const {
  if (block < sealed_count_) return DecodeBlock(entries_.get()[block].bytes, buffer, parts);
  return SpanOfTail(tail_, size_ - sealed_size_);
}

PointBits ScalarColumnView::ReadPoint(size_t block, uint32_t index) const {
  if (block >= sealed_count_) {
    const ScalarSpan points = SpanOfTail(tail_, size_ - sealed_size_);
    return {points.steps[index], points.wall_times[index], points.ValueBits(index)};
  }
  const BlockEntry& entry = entries_.get()[block];
  if (const BlockSummary* const summary = entry.summary) {
    if (index == 0) return summary->first;
    if (index + 1 == entry.capacity) return summary->last;
    if (index == summary->lowest_at) return summary->lowest;
    if (index == summary->highest_at) return summary->highest;
  }
  return DecodePoint(entry.bytes, index, entry.summary);
}

uint32_t ScalarColumnView::steps_sorted_from(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].steps_sorted_from : UINT32_MAX;
}

uint32_t ScalarColumnView::times_sorted_from(size_t block) const {
  return block < sealed_count_ ? entries_.get()[block].times_sorted_from : UINT32_MAX;
}

void ScalarColumnView::PrefetchSummary(size_t block) const {
  Prefetch(entries_.get()[block].summary, offsetof(BlockSummary, lowest_ordered));
}

void ScalarColumnView::PrefetchPieces(size_t block) const {
  const BlockEntry& entry = entries_.get()[block];
  constexpr size_t kWhole = offsetof(BlockSummary, lowest_ordered);
  Prefetch(&entry.summary->lowest_ordered, sizeof(BlockSummary) - kWhole);
  Prefetch(entry.bytes, 1);
}

void ScalarColumnView::PrefetchPiece(size_t block, size_t index) const {
  stepscope::PrefetchPiece(entries_.get()[block].bytes, index);
}

void ScalarColumnView::ReadValues(size_t block, BlockValues& values) const {
  const BlockEntry& entry = entries_.get()[block];
  values.Read(entry.bytes, *entry.summary);
}

std::optional<RegularSteps> ScalarColumnView::regular_steps(size_t block) const {
  return RegularStepsOf(entries_.get()[block].bytes);
}

ScalarColumnView::Place ScalarColumnView::Find(uint64_t ordinal) const {
  if (ordinal >= sealed_size_) return {sealed_count_, sealed_size_};
  const size_t block = FindBlock(entries_.get(), sealed_count_, ordinal);
  return {block, entries_.get()[block].first_ordinal};
}

SealedBlock ScalarColumnView::sealed(size_t block) const {
  const BlockEntry& entry = entries_.get()[block];
  return {
      .bytes = {entry.bytes, entry.size_bytes}, .summary = entry.summary, .count = entry.capacity};
}

void ReleaseSpareMemory() {
  ThisThreadsTails() = TailPool();
  TrimChunk();
}

ScalarColumn::ScalarColumn() = default;
ScalarColumn::~ScalarColumn() = default;
ScalarColumn::ScalarColumn(ScalarColumn&&) noexcept = default;
ScalarColumn& ScalarColumn::operator=(ScalarColumn&&) noexcept = default;

BlockList& ScalarColumn::sealed() {
  if (!sealed_) sealed_ = std::allocate_shared<BlockList>(ChunkAllocator<BlockList>());
  return *sealed_;
}

void ScalarColumn::Allocate(ValueType type, uint32_t capacity) {
  tail_.words = ThisThreadsTails().Take(type, capacity);
  tail_.stride = StrideOf(capacity);
  capacity_ = capacity;
  tail_.type = type;
  is_shared_ = false;
}

void ScalarColumn::MakeRoom(ValueType type) {
  const uint32_t used = used_;
  const uint32_t capacity = NextCapacity(used);
  if (used == 0 || type != tail_.type || capacity_ == kMaxBlockPoints) {
    Seal();
    return Allocate(type, capacity);
  }
  // Views keep looking at the smaller one.
  Tail smaller = tail_;
  const uint32_t smaller_capacity = capacity_;
  const bool was_shared = is_shared_;
  Allocate(type, capacity);
  const uint64_t* const from = smaller.words.get();
  uint64_t* const to = tail_.words.get();
  std::copy_n(from, used, to);
  std::copy_n(from + smaller.stride, used, to + tail_.stride);
  std::copy_n(from + size_t{2} * smaller.stride, ValueWords(type, used),
              to + size_t{2} * tail_.stride);
  if (!was_shared) ThisThreadsTails().Give(std::move(smaller), smaller_capacity);
}

void ScalarColumn::Seal() {
  if (used_ > 0) {
    const ScalarSpan points = SpanOfTail(tail_, used_);
    BlockList& blocks = sealed();
    std::byte* const room = AllocateChunked(MaxBlockBytes(used_));
    const size_t bytes = EncodeBlock(points, room);
    BlockEntry entry{.bytes = ShrinkChunked(room, bytes),
                     .first_ordinal = sealed_size_,
                     .capacity = static_cast<uint16_t>(used_),
                     .size_bytes = static_cast<uint16_t>(bytes),
                     .type = tail_.type};
    BlockSummary summary;
    if (used_ >= kMinSummaryPoints && Summarize(points, summary)) {
      BlockSummary& kept = blocks.AddSummary();
      kept = summary;
      entry.summary = &kept;
    }
    blocks.Add(entry);
    sealed_size_ += used_;
  }
  if (tail_.words && !is_shared_) ThisThreadsTails().Give(std::move(tail_), capacity_);
  tail_.words.reset();
  used_ = capacity_ = 0;
}

void ScalarColumn::AddMapped(const SealedBlock& block,
                             const std::shared_ptr<const void>& keep_alive) {
  CHECK(used_ == 0);
  BlockList& all = sealed();
  all.KeepAlive(keep_alive);
  const BlockShape shape = CheckBlock(block.bytes);
  CHECK(shape.count == block.count && block.count > 0);
  // Nobody writes to what is mapped: only the owner of a block ever does, before it is added.
  all.Add({.bytes = const_cast<std::byte*>(block.bytes.data()),
           .first_ordinal = sealed_size_,
           .summary = block.summary,
           .capacity = static_cast<uint16_t>(block.count),
           .size_bytes = static_cast<uint16_t>(shape.bytes),
           .type = shape.type,
           .is_mapped = true});
  sealed_size_ += block.count;
}

ScalarColumnView ScalarColumn::View() const {
  ScalarColumnView view;
  if (sealed_) {
    view.entries_ = std::shared_ptr<const BlockEntry>(sealed_, sealed_->entries());
    view.sealed_count_ = sealed_->size();
    view.sealed_size_ = sealed_size_;
  }
  if (used_ > 0) {
    view.tail_ = tail_;
    is_shared_ = true;
  }
  view.size_ = size();
  return view;
}

size_t ScalarColumn::MemoryBytes() const {
  const size_t sealed_bytes = sealed_ ? sealed_->MemoryBytes() : 0;
  return sealed_bytes + WordsOf(tail_.type, capacity_) * sizeof(uint64_t);
}

BlobSpan BlobColumnView::block(size_t index) const {
  const BlockEntry& entry = entries_.get()[index];
  const size_t count = CountIn(entries_.get(), block_count_, index, size_);
  const std::byte* const times = entry.bytes + sizeof(int64_t) * entry.capacity;
  return {SpanOf<int64_t>(entry.bytes, count), SpanOf<double>(times, count),
          SpanOf<BlobRef>(entry.bytes + kKeyBytes * entry.capacity, count)};
}

BlobColumn::BlobColumn() = default;
BlobColumn::~BlobColumn() = default;
BlobColumn::BlobColumn(BlobColumn&&) noexcept = default;
BlobColumn& BlobColumn::operator=(BlobColumn&&) noexcept = default;

void BlobColumn::Append(int64_t step, double wall_time, const BlobRef& ref) {
  if (used_ == capacity_) [[unlikely]] {
    if (!blocks_) blocks_ = std::allocate_shared<BlockList>(ChunkAllocator<BlockList>());
    const uint32_t capacity = NextCapacity(used_);
    const size_t bytes = capacity * (kKeyBytes + sizeof(BlobRef));
    tail_ = AllocateChunked(bytes);
    blocks_->Add({.bytes = tail_,
                  .first_ordinal = size_,
                  .capacity = static_cast<uint16_t>(capacity),
                  .size_bytes = static_cast<uint16_t>(bytes)});
    capacity_ = capacity;
    used_ = 0;
  }
  Put(tail_, used_, step);
  Put(tail_ + sizeof(int64_t) * capacity_, used_, wall_time);
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
