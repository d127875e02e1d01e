#include "series/block_list.h"

#include <algorithm>

#include "base/check.h"
#include "base/chunk_memory.h"

namespace stepscope {
namespace {

constexpr size_t kMaxSummaryPiece = 64;

// `before` is null for the first block of a column.
void FindSorted(const BlockEntry* before, uint32_t place, BlockEntry& entry) {
  const BlockSummary* const summary = entry.summary;
  if (summary == nullptr) return;
  const BlockSummary* const earlier = before != nullptr ? before->summary : nullptr;
  if (summary->has_sorted_steps != 0) {
    const bool goes_on = earlier != nullptr && earlier->has_sorted_steps != 0 &&
                         earlier->last.step <= summary->first.step;
    entry.steps_sorted_from = goes_on ? before->steps_sorted_from : place;
  }
  if (summary->has_sorted_times != 0) {
    const bool goes_on = earlier != nullptr && earlier->has_sorted_times != 0 &&
                         earlier->last.wall_time <= summary->first.wall_time;
    entry.times_sorted_from = goes_on ? before->times_sorted_from : place;
  }
}

}  // namespace

BlockList::~BlockList() {
  for (uint32_t i = 0; i < size_; ++i) {
    if (!entries_[i].is_mapped) FreeChunked(entries_[i].bytes);
  }
}

const BlockEntry& BlockList::Add(BlockEntry entry) {
  if (size_ == capacity_) Grow();
  if (!entry.is_mapped) memory_bytes_ += entry.size_bytes;
  const BlockEntry* const before = size_ > 0 ? &entries_[size_ - 1] : nullptr;
  const unsigned type = 1U << static_cast<unsigned>(entry.type);
  entry.types = static_cast<uint8_t>(type | (before != nullptr ? before->types : 0U));
  FindSorted(before, size_, entry);
  return entries_[size_++] = entry;
}

BlockList::Long& BlockList::GetLong() {
  if (!long_) {
    long_ = std::make_unique<Long>();
    memory_bytes_ += sizeof(Long);
  }
  return *long_;
}

void BlockList::KeepAlive(const std::shared_ptr<const void>& mapping) {
  Long& more = GetLong();
  CHECK(!more.mapping || more.mapping == mapping);  // A column is restored once.
  more.mapping = mapping;
}

BlockSummary& BlockList::AddSummary() {
  Long& more = GetLong();
  if (more.summaries_used == more.summaries_capacity) {
    more.summaries_capacity = std::clamp<size_t>(2 * more.summaries_capacity, 1, kMaxSummaryPiece);
    more.summaries_used = 0;
    more.summaries.push_back(std::make_unique<BlockSummary[]>(more.summaries_capacity));
    memory_bytes_ += more.summaries_capacity * sizeof(BlockSummary);
  }
  return more.summaries.back()[more.summaries_used++];
}

void BlockList::Grow() {
  const uint32_t capacity = capacity_ * 2;
  auto& larger = GetLong().directories.emplace_back(std::make_unique<BlockEntry[]>(capacity));
  std::copy_n(entries_, size_, larger.get());
  entries_ = larger.get();
  capacity_ = capacity;
  memory_bytes_ += capacity * sizeof(BlockEntry);
}

size_t FindBlock(const BlockEntry* entries, size_t count, uint64_t ordinal) {
  const BlockEntry* const after =
      std::upper_bound(entries, entries + count, ordinal,
                       [](uint64_t o, const BlockEntry& entry) { return o < entry.first_ordinal; });
  return static_cast<size_t>(after - entries) - 1;
}

}  // namespace stepscope
