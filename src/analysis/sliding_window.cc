#include "analysis/sliding_window.h"

#include <algorithm>
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

size_t MedianWindow::PieceOf(double value) const {
  // Without branches, which nobody could foresee: all before `begin` are at or below the value.
  const double* begin = lowest_.data();
  for (size_t left = lowest_.size(); left > 1;) {
    const size_t half = left / 2;
    begin += begin[half] <= value ? half : 0;
    left -= half;
  }
  return static_cast<size_t>(begin - lowest_.data());
}

void MedianWindow::Split(size_t piece) {
  constexpr size_t kHalf = kPieceValues / 2;
  std::unique_ptr<Piece> upper;
  if (spare_.empty()) {
    upper = std::make_unique<Piece>();
  } else {
    upper = std::move(spare_.back());
    spare_.pop_back();
  }
  std::copy(pieces_[piece]->begin() + kHalf, pieces_[piece]->end(), upper->begin());
  counts_[piece] = kHalf;
  const auto next = static_cast<ptrdiff_t>(piece + 1);
  lowest_.insert(lowest_.begin() + next, upper->front());
  counts_.insert(counts_.begin() + next, kHalf);
  pieces_.insert(pieces_.begin() + next, std::move(upper));
  if (piece < middle_) ++middle_;
}

void MedianWindow::Merge(size_t piece) {
  const size_t next = piece + 1;
  std::copy_n(pieces_[next]->begin(), counts_[next], pieces_[piece]->begin() + counts_[piece]);
  if (middle_ == next) before_middle_ -= counts_[piece];
  if (middle_ >= next) --middle_;
  counts_[piece] += counts_[next];
  const auto at = static_cast<ptrdiff_t>(next);
  spare_.push_back(std::move(pieces_[next]));
  pieces_.erase(pieces_.begin() + at);
  counts_.erase(counts_.begin() + at);
  lowest_.erase(lowest_.begin() + at);
}

void MedianWindow::FindMiddle() {
  const size_t rank = size_ / 2;
  while (rank < before_middle_) before_middle_ -= counts_[--middle_];
  while (middle_ + 1 < counts_.size() && rank >= before_middle_ + counts_[middle_]) {
    before_middle_ += counts_[middle_++];
  }
}

void MedianWindow::Push(double value) {
  CHECK(size_ < capacity_);
  const uint64_t end = uint64_t{oldest_} + size_;
  const auto slot = static_cast<uint32_t>(end < capacity_ ? end : end - capacity_);
  if (slot == values_.size()) {
    values_.push_back(value);
  } else {
    values_[slot] = value;
  }
  ++size_;
  if (pieces_.empty()) {
    pieces_.push_back(std::make_unique<Piece>());
    counts_.push_back(0);
    lowest_.push_back(value);
  }
  size_t piece = PieceOf(value);
  if (counts_[piece] == kPieceValues) {
    Split(piece);
    piece = PieceOf(value);
  }
  double* const first = pieces_[piece]->data();
  double* const last = first + counts_[piece];
  double* const at = std::upper_bound(first, last, value);
  std::copy_backward(at, last, last + 1);
  *at = value;
  ++counts_[piece];
  lowest_[piece] = *first;
  if (piece < middle_) ++before_middle_;
  FindMiddle();
}

void MedianWindow::PopOldest() {
  const double value = values_[oldest_];
  oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
  --size_;
  const size_t piece = PieceOf(value);  // Where the last of equal values is.
  double* const first = pieces_[piece]->data();
  double* const last = first + counts_[piece];
  double* const at = std::lower_bound(first, last, value);
  CHECK(at != last && *at == value);
  std::copy(at + 1, last, at);
  --counts_[piece];
  if (piece < middle_) --before_middle_;
  if (counts_[piece] > 0) lowest_[piece] = *first;
  // Pieces that shrink are joined, so that there are never many small ones.
  if (counts_[piece] < kPieceValues / 8 && pieces_.size() > 1) {
    const size_t left = piece + 1 < pieces_.size() ? piece : piece - 1;
    if (counts_[left] + counts_[left + 1] <= kPieceValues / 2 || counts_[piece] == 0) {
      Merge(left);
      lowest_[left] = pieces_[left]->front();
    }
  } else if (counts_[piece] == 0) {
    lowest_.clear();
    counts_.clear();
    spare_.push_back(std::move(pieces_.back()));
    pieces_.clear();
  }
  FindMiddle();
}

double MedianWindow::Result() const {
  const Piece& piece = *pieces_[middle_];
  const size_t at = size_ / 2 - before_middle_;
  const double high = piece[at];
  if (size_ % 2 == 1) return high;
  const double low = at > 0 ? piece[at - 1] : (*pieces_[middle_ - 1])[counts_[middle_ - 1] - 1];
  return std::midpoint(low, high);
}

}  // namespace stepscope
