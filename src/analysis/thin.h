// Leaves out points that a chart cannot show, and never one that it could: extremes are exact.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace stepscope {

struct ThinPoint {
  uint64_t index = 0;  // The caller's; grows from point to point.
  double x = 0;
  double value = 0;
  double smoothed = 0;  // 0 without a smoothed line.
  uint32_t note = 0;    // The caller's, too.
};

// The points that one stretch of a line needs: first and last in reading order, lowest and highest
// of the raw and of the smoothed line, and the first and last of each kind of non-finite value,
// because charts mark those and break the line there.
class ThinBucket {
 public:
  void Add(const ThinPoint& point, bool has_smoothed);
  void Clear() { used_ = 0; }
  bool empty() const { return used_ == 0; }
  void AppendTo(std::vector<ThinPoint>& points) const;  // By index, each once.

 private:
  enum Slot : uint8_t {
    kFirst,
    kLast,
    kLow,
    kHigh,
    kSmoothedLow,
    kSmoothedHigh,
    kFirstNaN,
    kLastNaN,
    kFirstInf,
    kLastInf,
    kFirstNegativeInf,
    kLastNegativeInf,
    kSlotCount,
  };
  void Put(Slot slot, const ThinPoint& point);
  bool Has(Slot slot) const { return (used_ >> slot & 1U) != 0; }

  uint16_t used_ = 0;  // A bit a slot.
  std::array<ThinPoint, kSlotCount> slots_;
};

// Thins a line of any x order to the pixel columns of a chart. While x mostly goes one way, each
// visit to a column is a bucket, so the line's path is kept too. A line that zigzags over more than
// kMaxSweeps widths is reduced to one bucket a column. Either way every column keeps its lowest and
// highest point, and what is kept is bounded by the width and not by the line.
class Thinner {
 public:
  static constexpr size_t kMaxSweeps = 4;

  // The chart shows [low, high] on `pixels` columns (>= 1). Points before it, points behind it and
  // those whose x is not a number fall into three more columns, so that none of them takes the
  // place of an extreme that is seen.
  Thinner(double low, double high, uint32_t pixels, bool has_smoothed);

  void Add(const ThinPoint& point);
  // The column that a point at `x` falls into: from left to right while x grows within the chart.
  uint32_t ColumnOf(double x) const {
    if (std::isnan(x)) return pixels_;
    if (low_ <= high_ && x < low_) return pixels_ + 1;
    if (low_ <= high_ && x > high_) return pixels_ + 2;
    const double column = (x - low_) * columns_per_x_;
    if (!(column > 0)) return 0;  // Also inf * 0.
    return column >= pixels_ ? pixels_ - 1 : static_cast<uint32_t>(column);
  }
  double EndOf(uint32_t column) const;  // About where the next column begins.
  // The points kept, by index. The thinner is then spent.
  std::vector<ThinPoint> Finish();

 private:
  void FoldRuns();

  double low_;
  double high_;
  double columns_per_x_;
  uint32_t pixels_;
  bool has_smoothed_;
  uint32_t current_column_ = UINT32_MAX;
  ThinBucket current_;  // The visit that is being filled, while the path is kept.
  size_t run_count_ = 0;
  std::vector<ThinPoint> kept_;      // Of finished visits.
  std::vector<ThinBucket> columns_;  // One a column, once the line was found to zigzag.
};

// Which of `values` to show where at most `limit` points may be (0: no limit): the last always and
// the first where there is room, and from equal stretches between them the lowest and the highest;
// a non-finite value where a stretch has room for it. Ordinals, ascending.
std::vector<uint64_t> ThinToCount(std::span<const double> values, uint64_t limit);

// The same for what has no extremes: `limit` of `size` ordinals (0: all) in steps that differ by
// one at most, with the first and the last; the last alone where there is room for only one.
std::vector<uint64_t> ThinEvenly(uint64_t size, uint64_t limit);

}  // namespace stepscope
