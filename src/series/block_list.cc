#include "series/block_list.h"

#include <algorithm>
#include <new>

namespace stepscope {

BlockList::~BlockList() {
  for (uint32_t i = 0; i < size_; ++i) ::operator delete(entries_[i].bytes);
}

const BlockEntry& BlockList::Add(uint64_t first_ordinal, uint32_t capacity, size_t bytes_per_point,
                                 uint8_t type) {
  if (size_ == capacity_) Grow();
  const size_t bytes = capacity * bytes_per_point;
  BlockEntry& entry = entries_[size_++];
  entry = {static_cast<std::byte*>(::operator new(bytes)), first_ordinal, capacity, type};
  memory_bytes_ += bytes;
  return entry;
}

void BlockList::Grow() {
  const uint32_t capacity = std::max<uint32_t>(2, capacity_ * 2);
  auto larger = std::make_unique<BlockEntry[]>(capacity);
  std::copy_n(entries_.get(), size_, larger.get());
  if (entries_) outgrown_.push_back(std::move(entries_));
  entries_ = std::move(larger);
  capacity_ = capacity;
  memory_bytes_ += capacity * sizeof(BlockEntry);
}

uint32_t NextBlockCapacity(uint32_t used) {
  return used == 0 ? BlockList::kFirstCapacity
                   : std::min<uint32_t>(4 * used, BlockList::kMaxCapacity);
}

size_t FindBlock(const BlockEntry* entries, size_t count, uint64_t ordinal) {
  const BlockEntry* const after =
      std::upper_bound(entries, entries + count, ordinal,
                       [](uint64_t o, const BlockEntry& entry) { return o < entry.first_ordinal; });
  return static_cast<size_t>(after - entries) - 1;
}

}  // namespace stepscope
