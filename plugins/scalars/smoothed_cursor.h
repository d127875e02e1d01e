// Walks a line: its points in order, where they lie on the axis, and what they are smoothed to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/smooth.h"
#include "plugins/scalars/axis.h"
#include "store/scalar_points.h"

namespace stepscope {

// Whether every point's value is the same (analysis/smooth.h).
bool IsConstant(const ScalarPoints& points);

// Where smoothing looks ahead or keeps back, a second cursor runs before the first, so that no more
// is held than the smoother needs. Spans live until the next Next().
class SmoothedCursor {
 public:
  // `points` and `plan` must outlive it; `axis` is the line's.
  SmoothedCursor(const ScalarPoints& points, const Axis& axis, const SmoothingPlan& plan,
                 bool is_constant);

  bool Next();  // False at the end. Batches are never empty.

  std::span<const uint64_t> indices() const { return cursor_.indices(); }
  std::span<const double> xs() const { return xs_; }
  std::span<const double> values() const { return cursor_.values(); }
  // The values themselves without smoothing.
  std::span<const double> smoothed() const { return is_smoothing_ ? smoothed_ : values(); }

  uint64_t first_ordinal() const { return first_ordinal_; }  // Of the batch.
  // The first point whose place or smoothed value may change when series grow; among the batches
  // so far, if there is one.
  uint64_t unsettled_ordinal() const { return unsettled_ordinal_; }

 private:
  double TakeSmoothed(uint64_t ordinal);
  void Smooth();

  PointCursor cursor_;
  Axis axis_;
  bool is_smoothing_;
  std::optional<PointCursor> ahead_;  // If smoothing looks ahead.
  Smoother smoother_;
  bool is_settled_ = false;  // All that no later point can change is taken or in `ready_`.
  bool is_finished_ = false;
  std::vector<double> ready_;  // Smoothed values of finite points that cursor_ comes to next.
  size_t taken_ = 0;           // Of those.
  uint64_t settled_left_ = 0;  // How many more of those were ready before the end of the line.
  uint64_t first_ordinal_ = 0;
  uint64_t unsettled_ordinal_ = UINT64_MAX;
  std::vector<double> xs_;
  std::vector<double> smoothed_;
};

}  // namespace stepscope
