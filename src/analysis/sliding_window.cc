#include "analysis/sliding_window.h"

#include <numeric>
#include <utility>

#include "base/check.h"

namespace stepscope {

void MeanWindow::Push(double value) {
  newer_.push_back(value);
  newer_sum_ += value;
}

void MeanWindow::PopOldest() {
  if (older_sums_.empty()) {
    double sum = 0;
    while (!newer_.empty()) {
      sum += newer_.back();
      newer_.pop_back();
      older_sums_.push_back(sum);
    }
    newer_sum_ = 0;
  }
  older_sums_.pop_back();
}

double MeanWindow::Result() const {
  const double older = older_sums_.empty() ? 0 : older_sums_.back();
  return (older + newer_sum_) / static_cast<double>(older_sums_.size() + newer_.size());
}

bool MedianWindow::IsAbove(Half half, uint32_t slot, uint32_t other) const {
  return half == kLower ? values_[slot] > values_[other] : values_[slot] < values_[other];
}

void MedianWindow::Put(Half half, size_t at, uint32_t slot) {
  heaps_[half][at] = slot;
  places_[slot] = {half, static_cast<uint32_t>(at)};
}

void MedianWindow::SiftUp(Half half, size_t at) {
  std::vector<uint32_t>& heap = heaps_[half];
  const uint32_t slot = heap[at];
  while (at > 0 && IsAbove(half, slot, heap[(at - 1) / 2])) {
    Put(half, at, heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  Put(half, at, slot);
}

void MedianWindow::SiftDown(Half half, size_t at) {
  std::vector<uint32_t>& heap = heaps_[half];
  const uint32_t slot = heap[at];
  for (size_t child = 2 * at + 1; child < heap.size(); child = 2 * at + 1) {
    if (child + 1 < heap.size() && IsAbove(half, heap[child + 1], heap[child])) ++child;
    if (!IsAbove(half, heap[child], slot)) break;
    Put(half, at, heap[child]);
    at = child;
  }
  Put(half, at, slot);
}

void MedianWindow::Insert(Half half, uint32_t slot) {
  heaps_[half].push_back(slot);
  SiftUp(half, heaps_[half].size() - 1);
}

void MedianWindow::Remove(Half half, size_t at) {
  std::vector<uint32_t>& heap = heaps_[half];
  const uint32_t last = heap.back();
  heap.pop_back();
  if (at == heap.size()) return;
  Put(half, at, last);
  SiftUp(half, at);
  SiftDown(half, places_[last].at);
}

void MedianWindow::Balance() {
  const auto move_top = [this](Half from, Half to) {
    const uint32_t slot = heaps_[from].front();
    Remove(from, 0);
    Insert(to, slot);
  };
  if (heaps_[kLower].size() < heaps_[kUpper].size()) move_top(kUpper, kLower);
  if (heaps_[kLower].size() > heaps_[kUpper].size() + 1) move_top(kLower, kUpper);
}

void MedianWindow::Push(double value) {
  CHECK(size_ < capacity_);
  const uint64_t end = uint64_t{oldest_} + size_;
  const auto slot = static_cast<uint32_t>(end < capacity_ ? end : end - capacity_);
  if (slot == values_.size()) {
    values_.push_back(value);
    places_.emplace_back();
  } else {
    values_[slot] = value;
  }
  ++size_;
  const bool is_low = heaps_[kLower].empty() || value <= values_[heaps_[kLower].front()];
  Insert(is_low ? kLower : kUpper, slot);
  Balance();
}

void MedianWindow::PopOldest() {
  const Place place = places_[oldest_];
  Remove(place.half, place.at);
  oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
  --size_;
  Balance();
}

double MedianWindow::Result() const {
  const double low = values_[heaps_[kLower].front()];
  if (heaps_[kLower].size() > heaps_[kUpper].size()) return low;
  return std::midpoint(low, values_[heaps_[kUpper].front()]);
}

}  // namespace stepscope
