#include "plugins/scalars/member.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace stepscope {
namespace {

LineExtent ExtentOf(const ScalarPoints& points, Axis axis, Job* job) {
  LineExtent extent;
  std::vector<double> xs;
  double last = -std::numeric_limits<double>::infinity();
  for (PointCursor cursor(points); cursor.Next();) {
    axis.Read(cursor, xs);
    if (job != nullptr) job->Add(xs.size());
    for (size_t i = 0; i < xs.size(); ++i) {
      if (!std::isfinite(xs[i]) || !std::isfinite(cursor.values()[i])) continue;
      ++extent.count;
      extent.low = std::min(extent.low, xs[i]);
      extent.high = std::max(extent.high, xs[i]);
      extent.is_ascending = extent.is_ascending && xs[i] >= last;
      last = xs[i];
    }
  }
  return extent;
}

}  // namespace

MemberLine::MemberLine(const RunSnapshot& run, const Series& series, const LineView& view,
                       const XTag* x)
    : points(run, series, view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded,
             view.stop),
      axis(view, points, x),
      is_constant(view.smoothing.is_on() && IsConstant(points)),
      job(view.job),
      extent(ExtentOf(points, axis, job)) {}

Member::Member(const MemberLine& line, const SmoothingPlan& plan, bool holds_all)
    : job_(line.job), cursor_(std::in_place, line.points, line.axis, plan, line.is_constant) {
  if (holds_all || !line.extent.is_ascending) {
    loaded_.reserve(line.extent.count);
    while (cursor_) Load();
  }
  if (!line.extent.is_ascending) {
    std::stable_sort(loaded_.begin(), loaded_.end(),
                     [](const Point& a, const Point& b) { return a.x < b.x; });
  }
  has_ahead_ = Read(ahead_);
  ReadNext();
}

// Appends the points of the next batch.
void Member::Load() {
  if (!cursor_->Next()) return cursor_.reset();
  if (job_ != nullptr) job_->Add(cursor_->xs().size());
  for (size_t i = 0; i < cursor_->xs().size(); ++i) {
    const Point point = {cursor_->xs()[i], cursor_->smoothed()[i]};
    if (std::isfinite(point.x) && std::isfinite(cursor_->values()[i])) loaded_.push_back(point);
  }
}

bool Member::Read(Point& point) {
  while (taken_ == loaded_.size()) {
    if (!cursor_) return false;
    loaded_.clear();
    taken_ = 0;
    Load();
  }
  point = loaded_[taken_++];
  return true;
}

void Member::ReadNext() {
  has_next_ = has_ahead_;
  if (!has_next_) return;
  do {
    next_ = ahead_;
    has_ahead_ = Read(ahead_);
  } while (has_ahead_ && ahead_.x == next_.x);
}

void Member::Advance() {
  CHECK(has_next_);
  constexpr uint64_t kOftenEnough = 1024;
  if (++advanced_ % kOftenEnough == 0 && job_ != nullptr) job_->Add(kOftenEnough);
  current_ = next_;
  has_current_ = true;
  ReadNext();
}

std::optional<double> Member::At(double x, double since, Between between) const {
  if (!has_current_) return std::nullopt;
  if (current_.x >= since && (current_.x == x || !has_next_ || between == Between::kNothing)) {
    return current_.y;
  }
  if (!has_next_ || between == Between::kNothing) return std::nullopt;
  if (between == Between::kPrevious) return current_.y;
  const double way = (x - current_.x) / (next_.x - current_.x);
  return std::lerp(current_.y, next_.y, way);
}

}  // namespace stepscope
