// Mean and median of the last points of a stream, in constant and in logarithmic time a point.
#pragma once

#include <cstddef>
#include <cstdint>
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
class MedianWindow {
 public:
  explicit MedianWindow(uint32_t capacity) : capacity_(capacity) {}
  void Push(double value);  // Into a window that holds less than `capacity` values.
  void PopOldest();         // Of a window that is not empty.
  double Result() const;    // Of a window that is not empty.

 private:
  // Both heaps hold places of values_. Of the lower half the largest is on top, of the upper half
  // the smallest; the lower one has as many or one more.
  enum Half : uint8_t { kLower, kUpper };
  struct Place {
    Half half = kLower;
    uint32_t at = 0;  // In the heap.
  };

  bool IsAbove(Half half, uint32_t slot, uint32_t other) const;
  void Put(Half half, size_t at, uint32_t slot);
  void SiftUp(Half half, size_t at);
  void SiftDown(Half half, size_t at);
  void Insert(Half half, uint32_t slot);
  void Remove(Half half, size_t at);
  void Balance();

  uint32_t capacity_;
  uint32_t oldest_ = 0;
  uint32_t size_ = 0;
  std::vector<double> values_;  // A ring once it has grown to `capacity`.
  std::vector<Place> places_;   // Of each value.
  std::vector<uint32_t> heaps_[2];
};

}  // namespace stepscope
