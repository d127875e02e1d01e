#include "plugins/scalars/line.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "analysis/thin.h"
#include "plugins/scalars/revision.h"
#include "plugins/scalars/smoothed_cursor.h"

namespace stepscope {
namespace {

std::string_view TypeName(ScalarType type) {
  constexpr std::string_view kNames[] = {"f32", "f64", "i64", "u64", "bool", "mixed"};
  return kNames[static_cast<size_t>(type)];
}

std::string RevisionOf(const ScalarPoints& points, const LineView& view, const XTag* x,
                       bool is_constant) {
  Hasher hasher;
  HashView(view, hasher);
  HashPoints(points, hasher);
  hasher.AddNumber(is_constant);  // Smoothing begins when the series stops being constant.
  if (x != nullptr) hasher.AddNumber(x->revision());
  return hasher.Hex();
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

// The part of the axis that the chart shows: the window, or what the line covers of it.
Range VisibleRange(const ScalarPoints& points, Axis axis, const LineView& view) {
  Range range;
  if (!view.from || !view.to) {
    std::vector<double> xs;
    for (PointCursor cursor(points); cursor.Next();) {
      axis.Read(cursor, xs);
      for (const double x : xs) {
        if (!std::isfinite(x)) continue;
        range.low = std::min(range.low, x);
        range.high = std::max(range.high, x);
      }
    }
  }
  return {view.from.value_or(range.low), view.to.value_or(range.high)};
}

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

// The points to answer with.
struct Selection {
  std::vector<ThinPoint> points;
  uint64_t unsettled_ordinal = 0;  // Points from here on may change when series grow,
  uint64_t unsettled = 0;          // and so may the last ones of `points`.
  uint64_t nowhere = 0;            // Points that were left out because x is missing.
};

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

// `first_ordinal` is the first that the client lacks; what it lets through the window is new to
// the client too.
Selection SelectPoints(const ScalarPoints& points, const LineView& view, const XTag* x,
                       bool is_constant, uint64_t first_ordinal, uint64_t max_points) {
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
  const SmoothingPlan plan(view.smoothing);
  SmoothedCursor cursor(points, axis, plan, is_constant);
  while (!collector.IsFull() && cursor.Next()) {
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

std::vector<Column> ReadColumns(const ScalarPoints& points, const LineView& view,
                                const std::vector<ThinPoint>& selected) {
  const bool has_smoothed = view.smoothing.is_on();
  const bool has_x = view.x == XAxis::kTag;
  const bool is_signed = points.type() == ScalarType::kInt64;
  const bool is_unsigned = points.type() == ScalarType::kUint64;
  const size_t size = selected.size();
  std::vector<int64_t> steps;
  std::vector<double> wall_times;
  std::vector<double> numbers;
  std::vector<uint64_t> unsigned_integers;
  std::vector<int64_t> integers;
  std::vector<double> xs;
  std::vector<double> smoothed;
  std::vector<uint32_t> attempts;
  steps.reserve(size);
  wall_times.reserve(size);
  if (is_signed) {
    integers.reserve(size);
  } else if (is_unsigned) {
    unsigned_integers.reserve(size);
  } else {
    numbers.reserve(size);
  }
  if (has_x) xs.reserve(size);
  if (has_smoothed) smoothed.reserve(size);
  if (view.all_attempts) attempts.reserve(size);
  PointReader reader(points);
  for (const ThinPoint& place : selected) {
    const ExactPoint point = reader.Read(place.index);
    steps.push_back(point.step);
    wall_times.push_back(point.wall_time);
    if (is_signed) {
      integers.push_back(static_cast<int64_t>(point.integer));
    } else if (is_unsigned) {
      unsigned_integers.push_back(point.integer);
    } else {
      numbers.push_back(point.as_double);
    }
    if (has_x) xs.push_back(place.x);
    if (has_smoothed) smoothed.push_back(place.smoothed);
    if (view.all_attempts) attempts.push_back(point.attempt);
  }
  std::vector<Column> columns;
  columns.push_back({"step", std::move(steps)});
  columns.push_back({"wall_time", std::move(wall_times)});
  if (has_x) columns.push_back({"x", std::move(xs)});
  if (is_signed) {
    columns.push_back({"value", std::move(integers)});
  } else if (is_unsigned) {
    columns.push_back({"value", std::move(unsigned_integers)});
  } else {
    columns.push_back({"value", std::move(numbers)});
  }
  if (has_smoothed) columns.push_back({"smoothed", std::move(smoothed)});
  if (view.all_attempts) columns.push_back({"attempt", std::move(attempts)});
  return columns;
}

}  // namespace

uint64_t RowCount(const Table& table) {
  return std::visit([](const auto& values) { return uint64_t{values.size()}; },
                    table.columns.front().data);
}

Error TooManyPoints() {
  return {Code::kResourceExhausted,
          "the answer would have too many points; ask for fewer series, or give pixels"};
}

Result<Table> QueryLine(const RunSnapshot& run, const Series& series, const LineView& view,
                        const XTag* x, const std::optional<KnownLine>& known, uint64_t max_points) {
  const ScalarPoints points(run, series,
                            view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded);
  const bool is_constant = view.smoothing.is_on() && IsConstant(points);
  const std::string revision = RevisionOf(points, view, x, is_constant);
  const bool is_continued =
      known && known->revision == revision && known->count <= points.visible_count();
  const uint64_t first_ordinal = is_continued ? known->count : 0;

  const Selection selection = SelectPoints(points, view, x, is_constant, first_ordinal, max_points);
  if (selection.points.size() > max_points) return TooManyPoints();
  Table table;
  table.facts["revision"] = revision;
  table.facts["count"] = points.visible_count();
  table.facts["from_ordinal"] = first_ordinal;
  table.facts["attempts"] = points.attempt_count();
  table.facts["type"] = TypeName(points.type());
  table.facts["superseded"] = points.superseded_count();
  table.facts["settled"] = selection.unsettled_ordinal;
  table.facts["unsettled_rows"] = selection.unsettled;
  if (x != nullptr) table.facts["without_x"] = selection.nowhere;
  table.columns = ReadColumns(points, view, selection.points);
  return table;
}

}  // namespace stepscope
