#include "analysis/thin_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace stepscope {
namespace {

constexpr size_t kFirst = 0;
constexpr size_t kLast = 1;
constexpr size_t kFirstExtreme = 2;  // Then lowest and highest in turn.

}  // namespace

RowThinner::RowThinner(double low, double high, uint32_t pixels, size_t width)
    : low_(low),
      high_(high),
      pixels_(pixels),
      width_(width),
      slots_((kFirstExtreme + 2 * width) * (width + 1)),
      order_(kFirstExtreme + 2 * width, 0) {
  CHECK(pixels > 0);
  // Halves, because high - low may be beyond the largest double.
  const double half_width = high / 2 - low / 2;
  if (half_width > 0 && std::isfinite(half_width)) columns_per_x_ = pixels / half_width / 2;
}

std::span<double> RowThinner::Slot(size_t slot) {
  return std::span(slots_).subspan(slot * (width_ + 1), width_ + 1);
}

void RowThinner::Put(size_t slot, double x, std::span<const double> row) {
  const std::span<double> place = Slot(slot);
  place[0] = x;
  std::copy(row.begin(), row.end(), place.begin() + 1);
  order_[slot] = added_;
}

void RowThinner::Add(double x, std::span<const double> row) {
  const double place = (x - low_) * columns_per_x_;
  const uint32_t column = x < low_           ? pixels_
                          : x > high_        ? pixels_ + 1
                          : !(place > 0)     ? 0
                          : place >= pixels_ ? pixels_ - 1
                                             : static_cast<uint32_t>(place);
  if (column != column_) Flush();
  column_ = column;
  ++added_;
  if (order_[kFirst] == 0) Put(kFirst, x, row);
  Put(kLast, x, row);
  for (size_t i = 0; i < width_; ++i) {
    if (std::isnan(row[i])) continue;
    const size_t low = kFirstExtreme + 2 * i;
    if (order_[low] == 0 || row[i] < Slot(low)[1 + i]) Put(low, x, row);
    if (order_[low + 1] == 0 || row[i] > Slot(low + 1)[1 + i]) Put(low + 1, x, row);
  }
}

void RowThinner::Flush() {
  std::vector<size_t> slots(order_.size());
  std::iota(slots.begin(), slots.end(), size_t{0});
  std::sort(slots.begin(), slots.end(), [&](size_t a, size_t b) { return order_[a] < order_[b]; });
  uint64_t last = 0;
  for (const size_t slot : slots) {
    if (std::exchange(last, order_[slot]) == order_[slot]) continue;
    const std::span<const double> row = Slot(slot);
    kept_.xs.push_back(row[0]);
    kept_.values.insert(kept_.values.end(), row.begin() + 1, row.end());
  }
  std::fill(order_.begin(), order_.end(), 0);
}

Rows RowThinner::Finish() {
  Flush();
  return std::exchange(kept_, {});
}

}  // namespace stepscope
