// The part of a line that a chart shows.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/thin.h"
#include "plugins/scalars/line_view.h"

namespace stepscope {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double x) {
    if (!std::isfinite(x)) return;
    low = std::min(low, x);
    high = std::max(high, x);
  }
};

// Lets through the points inside the window, and those just outside at either end of a piece of
// line that is, at least in part, inside.
class Window {
 public:
  explicit Window(const LineView& view)
      : from_(view.from.value_or(-std::numeric_limits<double>::infinity())),
        to_(view.to.value_or(std::numeric_limits<double>::infinity())),
        is_open_(!view.from && !view.to) {}

  // Calls pass(point) for the points that `point`, the next of the line, lets through.
  template <typename Pass>
  void Add(const ThinPoint& point, Pass pass) {
    if (is_open_) return pass(point);
    const bool is_inside = point.x >= from_ && point.x <= to_;
    const bool is_connected = has_previous_ && (previous_is_inside_ || is_inside || Crosses(point));
    if (is_connected && !previous_passed_) pass(previous_);
    const bool passes = is_inside || is_connected;
    if (passes) pass(point);
    previous_ = point;
    has_previous_ = true;
    previous_is_inside_ = is_inside;
    previous_passed_ = passes;
  }

 private:
  bool Crosses(const ThinPoint& point) const {
    return (previous_.x < from_ && point.x > to_) || (previous_.x > to_ && point.x < from_);
  }

  double from_;
  double to_;
  bool is_open_;
  ThinPoint previous_;
  bool has_previous_ = false;
  bool previous_is_inside_ = false;
  bool previous_passed_ = false;
};

}  // namespace stepscope
