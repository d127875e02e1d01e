// Mean and median of the last points of a stream, in constant and in nearly constant time a point.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace stepscope {

// A queue that knows the mean of what it holds. It only ever adds: a sum from which values were
// subtracted again would keep the rounding of a spike that is long gone.
class MeanWindow {
 public:
  explicit MeanWindow(uint32_t /*capacity*/) {}
  void Push(double value);
  void PopOldest();  // Of a window that is not empty.
  double Result() const;

 private:
  std::vector<double>
      older_sums_;  // Of the older values, each with all that follow it; last first.
  std::vector<double> newer_;
  double newer_sum_ = 0;
};

// A queue that knows the median of what it holds: the middle value, or the mean of the two.
//
// The values lie sorted in pieces of some hundred. A push or a pop moves the half of one piece,
// which is a cache line or ten, where a heap or a tree would visit as many as it is deep.
class MedianWindow {
 public:
  explicit MedianWindow(uint32_t capacity) : capacity_(capacity) {}
  void Push(double value);  // Into a window that holds less than `capacity` values.
  void PopOldest();         // Of a window that is not empty.
  double Result() const;    // Of a window that is not empty.

 private:
  static constexpr size_t kPieceValues = 256;
  using Piece = std::array<double, kPieceValues>;

  size_t PieceOf(double value) const;  // The last one that begins at or below it, or the first one.
  void Split(size_t piece);
  void Merge(size_t piece);  // With the next one.
  void FindMiddle();

  uint32_t capacity_;
  uint32_t oldest_ = 0;
  uint32_t size_ = 0;
  std::vector<double> values_;  // A ring once it has grown to `capacity`.

  // Of each piece, in the order of the values; none is empty.
  std::vector<double> lowest_;
  std::vector<uint32_t> counts_;
  std::vector<std::unique_ptr<Piece>> pieces_;
  std::vector<std::unique_ptr<Piece>> spare_;
  // The piece of the value that is in the middle, or behind it, and how many are before that piece.
  size_t middle_ = 0;
  size_t before_middle_ = 0;
};

}  // namespace stepscope
