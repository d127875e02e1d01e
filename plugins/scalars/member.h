// One line of a group that is aggregated, as a function of x.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "plugins/scalars/smoothed_cursor.h"

namespace stepscope {

// What a line is between two of its points.
enum class Between : uint8_t {
  kLinear,    // On the straight line between them.
  kPrevious,  // Where it was at the earlier one.
  kNothing,   // Nothing: it counts only at its own points.
};

// What a walk over a line finds out before it is merged. Only points with a finite value and a
// finite x count.
struct LineExtent {
  uint64_t count = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool is_ascending = true;  // x never goes back.
};

// A group's line: all that its walk refers to.
struct MemberLine {
  MemberLine(const RunSnapshot& run, const Series& series, const LineView& view, const XTag* x);
  MemberLine(const MemberLine&) = delete;
  MemberLine& operator=(const MemberLine&) = delete;

  ScalarPoints points;
  Axis axis;
  bool is_constant;
  Job* job;  // May be null.
  LineExtent extent;
};

// Walks a line from left to right. Of several points at one x the last counts.
class Member {
 public:
  struct Point {
    double x = 0;
    double y = 0;
  };

  // `line` and `plan` must outlive it. With `holds_all` all points are read now, which takes 16
  // bytes a point and no buffers; so are those of a line that is to be sorted.
  Member(const MemberLine& line, const SmoothingPlan& plan, bool holds_all);

  bool HasNext() const { return has_next_; }
  const Point& next() const { return next_; }  // If there is one.
  // Goes to the next point, which must be there.
  void Advance();
  // The line at `x`, which is neither before the point it is at nor behind the next one. The line
  // ends with its points; one that ended at `since` or later still counts.
  std::optional<double> At(double x, double since, Between between) const;

 private:
  bool Read(Point& point);
  void Load();
  void ReadNext();

  Job* job_;
  uint64_t advanced_ = 0;
  std::optional<SmoothedCursor> cursor_;  // While there is something left to load.
  std::vector<Point> loaded_;             // A batch, or the whole line sorted by x.
  size_t taken_ = 0;
  Point current_;
  Point next_;
  bool has_current_ = false;
  bool has_next_ = false;
  Point ahead_;  // The first point behind `next_`.
  bool has_ahead_ = false;
};

}  // namespace stepscope
