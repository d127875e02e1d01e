#include "plugins/scalars/selection.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "plugins/scalars/line_window.h"
#include "plugins/scalars/smoothed_cursor.h"

namespace stepscope {
namespace {

// The part of the axis that the chart shows: the window, or what the line covers of it.
Range VisibleRange(const ScalarPoints& points, Axis axis, const LineView& view) {
  Range range;
  if (!view.from || !view.to) {
    std::vector<double> xs;
    for (PointCursor cursor(points); cursor.Next();) {
      axis.Read(cursor, xs);
      for (const double x : xs) range.Add(x);
    }
  }
  return {view.from.value_or(range.low), view.to.value_or(range.high)};
}

// Collects points, thinned to a width if there is one. The two halves of a line are thinned apart,
// so that a client that drops the one that may change keeps every extreme of the other.
class Collector {
 public:
  // One point more than `max_points` shows that there are too many.
  Collector(std::optional<Thinner> thinner, uint64_t max_points)
      : thinners_{thinner, std::move(thinner)}, max_points_(max_points) {}

  bool IsFull() const { return points_[0].size() + points_[1].size() > max_points_; }
  void Add(const ThinPoint& point, bool is_settled) {
    const size_t half = is_settled ? 0 : 1;
    if (thinners_[half]) {
      thinners_[half]->Add(point);
    } else if (!IsFull()) {
      points_[half].push_back(point);
    }
  }
  void Finish(Selection& selection) {
    for (size_t half = 0; half < 2; ++half) {
      if (thinners_[half]) points_[half] = thinners_[half]->Finish();
    }
    selection.unsettled = points_[1].size();
    selection.points = std::move(points_[0]);
    selection.points.insert(selection.points.end(), points_[1].begin(), points_[1].end());
  }

 private:
  std::optional<Thinner> thinners_[2];
  std::vector<ThinPoint> points_[2];
  uint64_t max_points_;
};

}  // namespace

Selection SelectPoints(const ScalarPoints& points, const LineView& view, const SmoothingPlan& plan,
                       const XTag* x, bool is_constant, uint64_t first_ordinal,
                       uint64_t max_points) {
  const Axis axis(view, points, x);
  std::optional<Thinner> thinner;
  if (view.pixels > 0) {
    const Range range = VisibleRange(points, axis, view);
    thinner.emplace(range.low, range.high, view.pixels, view.smoothing.is_on());
  }
  Collector collector(std::move(thinner), max_points);
  Window window(view);
  Selection selection;
  uint64_t count = 0;
  SmoothedCursor cursor(points, axis, plan, is_constant);
  while (!collector.IsFull() && cursor.Next()) {
    if (view.job != nullptr) view.job->Add(cursor.xs().size());
    for (size_t i = 0; i < cursor.xs().size(); ++i) {
      const uint64_t ordinal = cursor.first_ordinal() + i;
      count = ordinal + 1;
      if (axis.LeavesOut() && std::isnan(cursor.xs()[i])) {
        ++selection.nowhere;
        continue;
      }
      const ThinPoint point = {.index = cursor.indices()[i],
                               .x = cursor.xs()[i],
                               .value = cursor.values()[i],
                               .smoothed = cursor.smoothed()[i]};
      window.Add(point, [&](const ThinPoint& passed) {
        if (ordinal >= first_ordinal) collector.Add(passed, ordinal < cursor.unsettled_ordinal());
      });
    }
  }
  selection.unsettled_ordinal = std::min(cursor.unsettled_ordinal(), count);
  collector.Finish(selection);
  return selection;
}

}  // namespace stepscope
