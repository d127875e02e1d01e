// Thinning of a band: several numbers at each x, of which no extreme may be lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stepscope {

// Rows of numbers, one after the other.
struct Rows {
  std::vector<double> xs;
  std::vector<double> values;  // As many of each row as there are columns.
};

// Keeps the rows that a chart needs, which shows [low, high] on `pixels` columns: of each the first
// and the last row, and for every number those with its lowest and its highest value. What lies
// before or behind is kept as two more columns.
class RowThinner {
 public:
  RowThinner(double low, double high, uint32_t pixels, size_t width);

  // `x` is never below the last one; values that are not a number are no extremes.
  void Add(double x, std::span<const double> row);
  Rows Finish();  // The thinner is then spent.

 private:
  // The place of a pixel column's first row, last row, and lowest and highest of each number.
  std::span<double> Slot(size_t slot);
  void Put(size_t slot, double x, std::span<const double> row);
  void Flush();

  double low_;
  double high_;
  double columns_per_x_ = 0;
  uint32_t pixels_;
  size_t width_;
  uint32_t column_ = UINT32_MAX;
  uint64_t added_ = 0;
  std::vector<double> slots_;    // x and numbers of each.
  std::vector<uint64_t> order_;  // Which row each slot holds, from 1; 0 for none.
  Rows kept_;
};

}  // namespace stepscope
