#include "plugins/scalars/line.h"

#include <utility>

#include "plugins/scalars/revision.h"
#include "plugins/scalars/selection.h"
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

std::vector<Column> ReadColumns(const ScalarPoints& points, const LineView& view,
                                const Selection& selection) {
  const bool has_smoothed = view.smoothing.is_on();
  const bool has_x = view.x == XAxis::kTag;
  const bool is_signed = points.type() == ScalarType::kInt64;
  const bool is_unsigned = points.type() == ScalarType::kUint64;
  const size_t size = selection.points.size();
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
  for (const ThinPoint& place : selection.points) {
    const ExactPoint point =
        place.note > 0 ? selection.exact[place.note - 1] : reader.Read(place.index);
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

Status AnnouncePoints(const Request& request, uint64_t points, uint64_t reading,
                      const Smoothing& smoothing, uint64_t passes) {
  constexpr std::chrono::nanoseconds kUnit{20};  // Of the cost of a point.
  return request.Announce(points * (reading + smoothing.CostAPoint()) * kUnit, points * passes);
}

Status SpendOnPoints(uint64_t points, uint64_t reading, const Smoothing& smoothing,
                     uint64_t& left) {
  const uint64_t cost_a_point = reading + smoothing.CostAPoint();
  if (cost_a_point == 0) return {};
  if (points > left / cost_a_point) {
    std::string message = "these series have too many points to go over at once";
    if (smoothing.is_on()) message += " and smooth; smooth less";
    return Error{Code::kResourceExhausted, message + "; ask for fewer series"};
  }
  left -= points * cost_a_point;
  return {};
}

Result<Table> QueryLine(const RunSnapshot& run, const Series& series, const LineView& view,
                        const SmoothingPlan& plan, const XTag* x,
                        const std::optional<KnownLine>& known, uint64_t max_points) {
  const ScalarPoints points(
      run, series, view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded, view.stop);
  const bool is_constant = view.smoothing.is_on() && IsConstant(points);
  const std::string revision = RevisionOf(points, view, x, is_constant);
  const bool is_continued =
      known && known->revision == revision && known->count <= points.visible_count();
  const uint64_t first_ordinal = is_continued ? known->count : 0;

  const Selection selection =
      CanSelectByBlocks(view)
          ? SelectByBlocks(points, view, first_ordinal)
          : SelectPoints(points, view, plan, x, is_constant, first_ordinal, max_points);
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
  table.columns = ReadColumns(points, view, selection);
  return table;
}

}  // namespace stepscope
