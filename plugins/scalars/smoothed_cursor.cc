#include "plugins/scalars/smoothed_cursor.h"

#include <algorithm>
#include <cmath>

namespace stepscope {

bool IsConstant(const ScalarPoints& points) {
  ConstantCheck check;
  bool is_constant = true;
  for (PointCursor cursor(points); is_constant && cursor.Next();) {
    is_constant = check.Add(cursor.values());
  }
  return is_constant;
}

SmoothedCursor::SmoothedCursor(const ScalarPoints& points, const Axis& axis,
                               const SmoothingPlan& plan, bool is_constant)
    : cursor_(points),
      axis_(axis),
      is_smoothing_(plan.smoothing().is_on()),
      smoother_(plan, is_constant) {
  const Smoothing& how = plan.smoothing();
  if ((how.LooksAhead() || how.KeepsBack()) && !is_constant) ahead_.emplace(points);
}

bool SmoothedCursor::Next() {
  first_ordinal_ += smoothed_.size();
  smoothed_.clear();
  if (!cursor_.Next()) return false;
  axis_.Read(cursor_, xs_);
  for (size_t i = 0; i < xs_.size() && unsettled_ordinal_ == UINT64_MAX; ++i) {
    if (!axis_.IsSettled(cursor_.steps()[i])) unsettled_ordinal_ = first_ordinal_ + i;
  }
  smoothed_.resize(xs_.size());
  if (is_smoothing_) Smooth();
  return true;
}

void SmoothedCursor::Smooth() {
  if (!ahead_) {  // Then none of the last batch is left.
    ready_.clear();
    taken_ = 0;
    smoother_.Add(xs_, values(), ready_);
    settled_left_ = ready_.size();
  }
  for (size_t i = 0; i < smoothed_.size(); ++i) {
    const double value = values()[i];
    smoothed_[i] = std::isfinite(value) ? TakeSmoothed(first_ordinal_ + i) : value;
  }
}

double SmoothedCursor::TakeSmoothed(uint64_t ordinal) {
  while (taken_ == ready_.size()) {
    ready_.clear();
    taken_ = 0;
    if (is_finished_ || !ahead_) return std::nan("");  // A smoother gives a value for each.
    if (is_settled_) {
      smoother_.Finish(ready_);
      is_finished_ = true;
      continue;
    }
    if (ahead_->Next()) {
      smoother_.Add({}, ahead_->values(), ready_);
    } else {
      smoother_.Settle(ready_);
      is_settled_ = true;
    }
    settled_left_ = ready_.size();
  }
  if (settled_left_ > 0) {
    --settled_left_;
  } else {
    unsettled_ordinal_ = std::min(unsettled_ordinal_, ordinal);
  }
  return ready_[taken_++];
}

}  // namespace stepscope
