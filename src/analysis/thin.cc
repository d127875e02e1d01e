#include "analysis/thin.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace stepscope {
namespace {

// What a Thinner has beside the chart's columns: no number, before, behind.
constexpr uint32_t kColumnsBeside = 3;

// The lowest and highest of values[begin, end); where that is one point or none, a non-finite one
// too.
void AppendExtremes(std::span<const double> values, uint64_t begin, uint64_t end,
                    std::vector<uint64_t>& kept) {
  uint64_t low = end;
  uint64_t high = end;
  uint64_t odd = end;
  for (uint64_t i = begin; i < end; ++i) {
    if (!std::isfinite(values[i])) {
      if (odd == end) odd = i;
      continue;
    }
    if (low == end || values[i] < values[low]) low = i;
    if (high == end || values[i] > values[high]) high = i;
  }
  const uint64_t other = low == high ? odd : high;
  if (low != end && other != end) {
    kept.push_back(std::min(low, other));
    kept.push_back(std::max(low, other));
  } else if (low != end || other != end) {
    kept.push_back(std::min(low, other));
  }
}

}  // namespace

void ThinBucket::Put(Slot slot, const ThinPoint& point) {
  slots_[slot] = point;
  used_ |= static_cast<uint16_t>(1U << slot);
}

void ThinBucket::Add(const ThinPoint& point, bool has_smoothed) {
  if (empty()) Put(kFirst, point);
  Put(kLast, point);
  if (std::isfinite(point.value)) {
    if (!Has(kLow) || point.value < slots_[kLow].value) Put(kLow, point);
    if (!Has(kHigh) || point.value > slots_[kHigh].value) Put(kHigh, point);
    if (!has_smoothed || !std::isfinite(point.smoothed)) return;
    if (!Has(kSmoothedLow) || point.smoothed < slots_[kSmoothedLow].smoothed) {
      Put(kSmoothedLow, point);
    }
    if (!Has(kSmoothedHigh) || point.smoothed > slots_[kSmoothedHigh].smoothed) {
      Put(kSmoothedHigh, point);
    }
    return;
  }
  const Slot first = std::isnan(point.value) ? kFirstNaN
                     : point.value > 0       ? kFirstInf
                                             : kFirstNegativeInf;
  if (!Has(first)) Put(first, point);
  Put(static_cast<Slot>(first + 1), point);
}

void ThinBucket::AppendTo(std::vector<ThinPoint>& points) const {
  std::array<const ThinPoint*, kSlotCount> order;
  size_t count = 0;
  for (size_t slot = 0; slot < kSlotCount; ++slot) {
    if (!Has(static_cast<Slot>(slot))) continue;
    const ThinPoint* const point = &slots_[slot];
    size_t at = count++;
    for (; at > 0 && order[at - 1]->index > point->index; --at) order[at] = order[at - 1];
    order[at] = point;
  }
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || order[i]->index != order[i - 1]->index) points.push_back(*order[i]);
  }
}

Thinner::Thinner(double low, double high, uint32_t pixels, bool has_smoothed)
    : low_(low), high_(high), columns_per_x_(0), pixels_(pixels), has_smoothed_(has_smoothed) {
  CHECK(pixels > 0);
  // Halves, because high - low may be beyond the largest double. A window of no width, or no window
  // at all, is one column.
  const double half_width = high / 2 - low / 2;
  if (half_width > 0 && std::isfinite(half_width)) columns_per_x_ = pixels / half_width / 2;
}

double Thinner::EndOf(uint32_t column) const { return low_ + (column + 1.0) / columns_per_x_; }

void Thinner::Add(const ThinPoint& point) {
  const uint32_t column = ColumnOf(point.x);
  if (!columns_.empty()) {
    columns_[column].Add(point, has_smoothed_);
    return;
  }
  if (column != current_column_) {
    current_.AppendTo(kept_);
    current_.Clear();
    current_column_ = column;
    if (++run_count_ > kMaxSweeps * (uint64_t{pixels_} + kColumnsBeside)) FoldRuns();
  }
  if (columns_.empty()) {
    current_.Add(point, has_smoothed_);
  } else {
    columns_[column].Add(point, has_smoothed_);
  }
}

// What a bucket kept of its points is enough to build a larger bucket from. The order of adding is
// that of the indices, which first and last go by.
void Thinner::FoldRuns() {
  columns_.resize(size_t{pixels_} + kColumnsBeside);
  std::vector<ThinPoint> kept = std::exchange(kept_, {});
  std::sort(kept.begin(), kept.end(),
            [](const ThinPoint& a, const ThinPoint& b) { return a.index < b.index; });
  for (const ThinPoint& point : kept) columns_[ColumnOf(point.x)].Add(point, has_smoothed_);
}

std::vector<ThinPoint> Thinner::Finish() {
  current_.AppendTo(kept_);
  for (const ThinBucket& bucket : columns_) bucket.AppendTo(kept_);
  const auto is_earlier = [](const ThinPoint& a, const ThinPoint& b) { return a.index < b.index; };
  // As a rule they lie in order: visits follow one another.
  if (!std::is_sorted(kept_.begin(), kept_.end(), is_earlier)) {
    std::sort(kept_.begin(), kept_.end(), is_earlier);
  }
  const auto repeated =
      std::unique(kept_.begin(), kept_.end(),
                  [](const ThinPoint& a, const ThinPoint& b) { return a.index == b.index; });
  kept_.erase(repeated, kept_.end());
  return std::exchange(kept_, {});
}

std::vector<uint64_t> ThinToCount(std::span<const double> values, uint64_t limit) {
  const uint64_t size = values.size();
  std::vector<uint64_t> kept;
  if (limit == 0 || size <= limit) {
    kept.resize(size);
    std::iota(kept.begin(), kept.end(), uint64_t{0});
    return kept;
  }
  kept.reserve(limit);
  if (limit >= 2) kept.push_back(0);
  const uint64_t stretches = limit >= 4 ? (limit - 2) / 2 : 0;
  const uint64_t inner = size - 2;  // size > limit >= 4 where this is used.
  for (uint64_t i = 0; i < stretches; ++i) {
    const auto edge = [&](uint64_t k) { return 1 + inner * k / stretches; };  // Both fit in memory.
    AppendExtremes(values, edge(i), edge(i + 1), kept);
  }
  kept.push_back(size - 1);
  return kept;
}

std::vector<uint64_t> ThinEvenly(uint64_t size, uint64_t limit) {
  std::vector<uint64_t> kept;
  if (limit == 0 || size <= limit) {
    kept.resize(size);
    std::iota(kept.begin(), kept.end(), uint64_t{0});
    return kept;
  }
  kept.reserve(limit);
  // In memory there are fewer than 2^32 of them.
  for (uint64_t i = 0; i + 1 < limit; ++i) kept.push_back((size - 1) * i / (limit - 1));
  kept.push_back(size - 1);
  return kept;
}

}  // namespace stepscope
