// stepscope query --points: rows of run, tag, step, wall_time, value and what else was asked for.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "app/query.h"
#include "base/strings.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/axis.h"
#include "plugins/scalars/line.h"
#include "plugins/scalars/line_view.h"
#include "plugins/scalars/smoothed_cursor.h"

namespace stepscope {
namespace {

constexpr uint64_t kNoLimit = uint64_t{1} << 40;  // Of thinned points.
constexpr std::string_view kTagPrefix = "tag:";

LineView ViewOf(const QueryOptions& options) {
  LineView view;
  if (options.x == "relative") view.x = XAxis::kRelative;
  if (options.x == "wall") view.x = XAxis::kWall;
  if (options.x.starts_with(kTagPrefix)) {
    view.x = XAxis::kTag;
    view.x_tag = options.x.substr(kTagPrefix.size());
  }
  view.from = options.from;
  view.to = options.to;
  view.pixels = options.pixels;
  view.smoothing = options.smoothing;
  view.all_attempts = options.all_attempts;
  return view;
}

// The rows of one series that were not written yet. All of them hold values of one type.
class PointRows {
 public:
  PointRows(const LineView& view, TableWriter& writer) : view_(view), writer_(writer) {}

  void Begin(std::string_view run, std::string_view tag) {
    run_ = ToValidUtf8(run);
    tag_ = ToValidUtf8(tag);
  }

  void Add(const ExactPoint& point, double x, double smoothed) {
    if (!steps_.empty() && point.type != type_) Flush();
    type_ = point.type;
    steps_.push_back(point.step);
    wall_times_.push_back(point.wall_time);
    switch (type_) {
      case ValueType::kFloat32:
      case ValueType::kFloat64:
        doubles_.push_back(point.as_double);
        break;
      case ValueType::kInt64:
        integers_.push_back(static_cast<int64_t>(point.integer));
        break;
      case ValueType::kUint64:
        unsigneds_.push_back(point.integer);
        break;
      case ValueType::kBool:
        truths_.push_back(point.integer != 0 ? 1 : 0);
    }
    if (view_.smoothing.is_on()) smoothed_.push_back(smoothed);
    if (view_.x == XAxis::kTag) xs_.push_back(x);
    if (view_.all_attempts) attempts_.push_back(point.attempt);
  }

  void Flush() {
    if (steps_.empty()) return;
    std::vector<Cells> cells = {{.text = run_}, {.text = tag_}};
    cells.push_back({.numbers = std::span<const int64_t>(steps_)});
    cells.push_back({.numbers = std::span<const double>(wall_times_)});
    cells.push_back({.numbers = Values()});
    if (view_.x == XAxis::kTag) cells.push_back({.numbers = std::span<const double>(xs_)});
    if (view_.smoothing.is_on()) {
      cells.push_back({.numbers = std::span<const double>(smoothed_)});
    }
    if (view_.all_attempts) cells.push_back({.numbers = std::span<const uint64_t>(attempts_)});
    writer_.AddRows(steps_.size(), cells);
    steps_.clear();
    wall_times_.clear();
    doubles_.clear();
    integers_.clear();
    unsigneds_.clear();
    truths_.clear();
    xs_.clear();
    smoothed_.clear();
    attempts_.clear();
  }

 private:
  Numbers Values() const {
    switch (type_) {
      case ValueType::kFloat32:
      case ValueType::kFloat64:
        break;
      case ValueType::kInt64:
        return std::span<const int64_t>(integers_);
      case ValueType::kUint64:
        return std::span<const uint64_t>(unsigneds_);
      case ValueType::kBool:
        return std::span<const uint8_t>(truths_);
    }
    return std::span<const double>(doubles_);
  }

  const LineView& view_;
  TableWriter& writer_;
  std::string run_;
  std::string tag_;
  ValueType type_ = ValueType::kFloat32;
  std::vector<int64_t> steps_;
  std::vector<double> wall_times_;
  std::vector<double> doubles_;
  std::vector<int64_t> integers_;
  std::vector<uint64_t> unsigneds_;
  std::vector<uint8_t> truths_;
  std::vector<double> xs_;
  std::vector<double> smoothed_;
  std::vector<uint64_t> attempts_;
};

void WriteSeries(const ChosenSeries& chosen, const LineView& view, const XTag* x,
                 const SmoothingPlan& plan, const Output& output, PointRows& rows) {
  const ScalarPoints points(*chosen.run, *chosen.series,
                            view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded);
  const Axis axis(view, points, x);
  const double from = view.from.value_or(-std::numeric_limits<double>::infinity());
  const double to = view.to.value_or(std::numeric_limits<double>::infinity());
  const bool has_window = view.from || view.to;
  SmoothedCursor cursor(points, axis, plan, plan.smoothing().is_on() && IsConstant(points));
  PointReader reader(points);
  while (!output.has_failed() && cursor.Next()) {
    for (size_t i = 0; i < cursor.xs().size(); ++i) {
      const double place = cursor.xs()[i];
      if (axis.LeavesOut() && std::isnan(place)) continue;
      if (has_window && !(place >= from && place <= to)) continue;
      rows.Add(reader.Read(cursor.indices()[i]), place, cursor.smoothed()[i]);
    }
    rows.Flush();
  }
}

std::vector<Field> PointFields(const LineView& view, const std::vector<ChosenSeries>& chosen,
                               Restarts restarts) {
  std::vector<Field> fields = NameFields(chosen);
  fields.push_back({.name = "step", .type = CellType::kInt64});
  fields.push_back({.name = "wall_time", .is_wall_time = true});
  fields.push_back({.name = "value", .type = CommonType(chosen, restarts)});
  if (view.x == XAxis::kTag) fields.push_back({.name = "x"});
  if (view.smoothing.is_on()) fields.push_back({.name = "smoothed"});
  if (view.all_attempts) fields.push_back({.name = "attempt", .type = CellType::kUint64});
  return fields;
}

// The cells of a column of the HTTP interface's answers.
Cells CellsOf(const Column& column, bool is_bool, std::vector<uint8_t>& truths,
              std::vector<uint64_t>& unsigneds) {
  if (const auto* const doubles = std::get_if<std::vector<double>>(&column.data)) {
    if (!is_bool) return {.numbers = std::span<const double>(*doubles)};
    for (const double number : *doubles) truths.push_back(number != 0 ? 1 : 0);
    return {.numbers = std::span<const uint8_t>(truths)};
  }
  if (const auto* const integers = std::get_if<std::vector<int64_t>>(&column.data)) {
    return {.numbers = std::span<const int64_t>(*integers)};
  }
  if (const auto* const integers = std::get_if<std::vector<uint64_t>>(&column.data)) {
    return {.numbers = std::span<const uint64_t>(*integers)};
  }
  const auto& small = std::get<std::vector<uint32_t>>(column.data);
  unsigneds.assign(small.begin(), small.end());
  return {.numbers = std::span<const uint64_t>(unsigneds)};
}

// The same, from the query that thins for charts.
Status WriteThinnedSeries(const ChosenSeries& chosen, const LineView& view,
                          const SmoothingPlan& plan, const XTag* x, TableWriter& writer) {
  ASSIGN_OR_RETURN(const Table line, QueryLine(*chosen.run, *chosen.series, view, plan, x,
                                               /*known=*/std::nullopt, kNoLimit));
  const std::string run = ToValidUtf8(chosen.run->name);
  const std::string tag = ToValidUtf8(chosen.series->info->tag);
  std::vector<Cells> cells = {{.text = run}, {.text = tag}};
  std::vector<uint8_t> truths;
  std::vector<uint64_t> unsigneds;
  for (const std::string_view name : {"step", "wall_time", "value", "x", "smoothed", "attempt"}) {
    const auto column = std::ranges::find(line.columns, name, &Column::name);
    if (column == line.columns.end()) continue;
    const bool is_bool = name == "value" && line.facts["type"] == "bool";
    cells.push_back(CellsOf(*column, is_bool, truths, unsigneds));
  }
  const size_t rows = std::get<std::vector<int64_t>>(line.columns.front().data).size();
  writer.AddRows(rows, cells);
  return Status();
}

}  // namespace

Status WritePoints(const Snapshot& snapshot, const std::vector<ChosenSeries>& chosen,
                   const QueryOptions& options, const Destination& destination) {
  const LineView view = ViewOf(options);
  const Restarts restarts = view.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded;
  const auto writer = MakeTableWriter(destination.format, PointFields(view, chosen, restarts),
                                      destination.terminal, destination.output);
  const SmoothingPlan plan(view.smoothing);
  SeriesFinder finder(snapshot, IsScalarSeries);
  PointRows rows(view, *writer);
  for (const ChosenSeries& series : chosen) {
    if (destination.output.has_failed()) break;
    XTags tags(finder, view);  // One run's at a time.
    ASSIGN_OR_RETURN(const XTag* const x, tags.Of(*series.run));
    rows.Begin(series.run->name, series.series->info->tag);
    if (view.pixels > 0) {
      RETURN_IF_ERROR(WriteThinnedSeries(series, view, plan, x, *writer));
    } else {
      WriteSeries(series, view, x, plan, destination.output, rows);
    }
  }
  writer->End();
  return Status();
}

}  // namespace stepscope
