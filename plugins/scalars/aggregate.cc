#include "plugins/scalars/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "analysis/thin_rows.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/query_json.h"

namespace stepscope {
namespace {

// How often each point is counted: when its line is measured, read, and merged with others.
constexpr uint64_t kPasses = 3;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// As JSON a number can have 25 bytes, which all lie in memory beside the columns.
constexpr uint64_t kJsonShare = 4;

struct Range {
  double low = kInfinity;
  double high = -kInfinity;
};

// Where places are so many that they are taken together: in cells of equal width.
struct Grid {
  double low = 0;
  double cell = 0;
  double CellOf(double x) const { return std::floor((x - low) / cell); }
};

// Goes over the common x of lines from left to right: to every place where one has a point, or to
// the last such place of each cell of a grid. What lies before `from` is one step.
class Walk {
 public:
  Walk(std::vector<Member>& members, double from, const std::optional<Grid>& grid)
      : members_(members), from_(from), grid_(grid) {
    FindNext();
  }

  bool Next();  // False at the end.

  double x() const { return x_; }
  double next_x() const { return next_x_; }  // Infinite where there is none.
  // Of the points since the last place, which may lie on none.
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  // What the lines are at this place, of those that count.
  void Read(Between between, std::vector<double>& values) const {
    values.clear();
    for (const Member& member : members_) {
      if (const auto value = member.At(x_, since_, between)) values.push_back(*value);
    }
  }

 private:
  void FindNext() {
    next_x_ = kInfinity;
    for (const Member& member : members_) {
      if (member.HasNext()) next_x_ = std::min(next_x_, member.next().x);
    }
  }
  bool IsNear(double x) const {
    if (x == since_) return true;
    if (since_ < from_) return x < from_;
    return grid_ && grid_->CellOf(x) == grid_->CellOf(since_);
  }

  std::vector<Member>& members_;
  double from_;
  std::optional<Grid> grid_;
  double x_ = 0;
  double since_ = 0;
  double next_x_ = kInfinity;
  double lowest_ = kInfinity;
  double highest_ = -kInfinity;
};

bool Walk::Next() {
  if (next_x_ == kInfinity) return false;
  since_ = next_x_;
  x_ = since_;
  lowest_ = kInfinity;
  highest_ = -kInfinity;
  for (Member& member : members_) {
    while (member.HasNext() && IsNear(member.next().x)) {
      const Member::Point& point = member.next();
      x_ = std::max(x_, point.x);
      lowest_ = std::min(lowest_, point.y);
      highest_ = std::max(highest_, point.y);
      member.Advance();
    }
  }
  FindNext();
  if (since_ < from_) {
    since_ = x_;
    lowest_ = kInfinity;
    highest_ = -kInfinity;
  }
  return true;
}

// The rows of one group, of which `max_rows` are taken; more are RESOURCE_EXHAUSTED.
class RowCollector {
 public:
  RowCollector(const LineView& view, const Range& range, size_t width, uint64_t max_rows)
      : max_rows_(max_rows) {
    if (view.pixels > 0) {
      thinner_.emplace(view.from.value_or(range.low), view.to.value_or(range.high), view.pixels,
                       width);
    }
  }
  bool IsFull() const { return rows_.xs.size() > max_rows_; }
  void Add(double x, std::span<const double> row) {
    if (thinner_) return thinner_->Add(x, row);
    rows_.xs.push_back(x);
    rows_.values.insert(rows_.values.end(), row.begin(), row.end());
  }
  Rows Finish() {
    if (thinner_) rows_ = thinner_->Finish();
    return std::exchange(rows_, {});
  }

 private:
  uint64_t max_rows_;
  std::optional<RowThinner> thinner_;
  Rows rows_;
};

// The lowest and the highest in a cell of a grid are those of all its points.
void WidenExtremes(const Walk& walk, const std::vector<Statistic>& statistics,
                   std::span<double> row) {
  for (size_t i = 0; i < statistics.size(); ++i) {
    if (statistics[i] == Statistic::kMin) row[i] = std::fmin(row[i], walk.lowest());
    if (statistics[i] == Statistic::kMax) row[i] = std::fmax(row[i], walk.highest());
  }
}

// Nothing if there are more places than may be looked at.
std::optional<Rows> Merge(const AggregateQuery& query,
                          const std::vector<std::unique_ptr<MemberLine>>& lines,
                          const SmoothingPlan& plan, bool holds_all,
                          const std::optional<Grid>& grid, uint64_t max_places,
                          RowCollector collector) {
  std::vector<Member> members;
  members.reserve(lines.size());
  for (const auto& line : lines) members.emplace_back(*line, plan, holds_all);
  Aggregator aggregator(query.statistics);
  std::vector<double> values;
  std::vector<double> row(aggregator.size());
  const double from = query.view.from.value_or(-kInfinity);
  const double to = query.view.to.value_or(kInfinity);
  bool is_first = true;
  for (Walk walk(members, from, grid); !collector.IsFull() && walk.Next(); is_first = false) {
    // Outside the window only those are shown that a line leads to from inside, or across.
    if (walk.x() < from && walk.next_x() == kInfinity) break;
    if (walk.x() > to && is_first) break;
    if (!grid && max_places-- == 0) return std::nullopt;
    walk.Read(query.between, values);
    aggregator.Read(values, row);
    if (grid) WidenExtremes(walk, query.statistics, row);
    collector.Add(walk.x(), row);
    if (walk.x() > to) break;
  }
  return collector.Finish();
}

Table ToTable(const std::vector<Statistic>& statistics, const Rows& rows) {
  Table table;
  table.columns.push_back({"x", rows.xs});
  const size_t width = statistics.size();
  for (size_t i = 0; i < width; ++i) {
    std::vector<double> column;
    column.reserve(rows.xs.size());
    for (size_t at = i; at < rows.values.size(); at += width) column.push_back(rows.values[at]);
    table.columns.push_back({std::string(NameOf(statistics[i])), std::move(column)});
  }
  return table;
}

Status CheckHeldPoints(const Smoothing& smoothing,
                       const std::vector<std::unique_ptr<MemberLine>>& lines, uint64_t limit) {
  uint64_t held = 0;
  for (const auto& line : lines) {
    const uint64_t size = line->points.visible_count();
    if (!line->extent.is_ascending) held += size;
    held += std::min(size, smoothing.MaxHeldPoints());
  }
  if (held <= limit) return {};
  return Error{Code::kResourceExhausted,
               "too many points must be held at once, because x goes back or smoothing reaches "
               "far; ask for fewer series or a smaller window"};
}

uint64_t CountPoints(const AggregateQuery& query, SeriesFinder& finder) {
  uint64_t points = 0;
  for (const GroupQuery& group : query.groups) {
    for (const SeriesKey& key : group.series) {
      const Series* const series = finder.Find(key.run, key.tag).series;
      if (series != nullptr) points += series->size();
    }
  }
  return points;
}

}  // namespace

Result<Table> AggregateGroup(const AggregateQuery& query, const SmoothingPlan& plan,
                             const std::vector<std::unique_ptr<MemberLine>>& lines,
                             const AggregateLimits& limits) {
  const LineView& view = query.view;
  Range range;
  uint64_t counted = 0;
  uint64_t all = 0;
  for (const auto& line : lines) {
    range.low = std::min(range.low, line->extent.low);
    range.high = std::max(range.high, line->extent.high);
    counted += line->extent.count;
    all += line->points.visible_count();
  }
  const bool holds_all = all <= limits.max_held_points;
  if (!holds_all) RETURN_IF_ERROR(CheckHeldPoints(view.smoothing, lines, limits.max_held_points));
  const size_t width = query.statistics.size();
  const uint64_t max_rows = limits.max_numbers / (width + 1);
  const RowCollector collector(view, range, width, max_rows);
  const uint64_t max_places = limits.max_evaluations / std::max<size_t>(lines.size(), 1);
  std::optional<Rows> rows =
      Merge(query, lines, plan, holds_all, std::nullopt, max_places, collector);
  const bool is_merged = !rows.has_value();
  if (is_merged) {
    if (view.job != nullptr) view.job->Expect((kPasses - 1) * all);
    Grid grid = {.low = std::max(range.low, view.from.value_or(-kInfinity))};
    const double high = std::min(range.high, view.to.value_or(kInfinity));
    grid.cell = (high - grid.low) / static_cast<double>(max_places);
    rows = Merge(query, lines, plan, holds_all, grid, max_places, collector);
  }
  if (rows->xs.size() > max_rows) return TooManyPoints();
  Table table = ToTable(query.statistics, *rows);
  table.facts["series"] = lines.size();
  table.facts["points"] = all;
  table.facts["left_out"] = all - counted;
  table.facts["merged"] = is_merged;
  return table;
}

Result<Response> QueryAggregate(const Request& request, const Context& context) {
  if (auto refusal = RefuseUnlessPost(request)) return *std::move(refusal);
  ASSIGN_OR_RETURN(AggregateQuery query, ParseAggregateQuery(request.body));
  query.view.stop = request.stop;
  query.view.job = request.job.get();
  AggregateLimits limits;
  limits.max_evaluations /= std::max<size_t>(query.groups.size(), 1);
  if (request.WantsJson()) limits.max_numbers /= kJsonShare;
  Tables answer;
  answer.facts["generation"] = context.snapshot.generation;
  SeriesFinder finder(context.snapshot, IsScalarSeries);
  // Points are read twice, and then merged.
  RETURN_IF_ERROR(AnnouncePoints(request, CountPoints(query, finder), /*reading=*/4,
                                 query.view.smoothing, kPasses));
  XTags x_tags(finder, query.view);
  const SmoothingPlan plan(query.view.smoothing);
  for (size_t i = 0; i < query.groups.size(); ++i) {
    std::vector<std::unique_ptr<MemberLine>> lines;
    for (const SeriesKey& key : query.groups[i].series) {
      const FoundSeries found = finder.Find(key.run, key.tag);
      if (found.series == nullptr || found.series->info->is_hidden) continue;
      RETURN_IF_ERROR(SpendOnPoints(found.series->size(), /*reading=*/2, query.view.smoothing,
                                    limits.point_cost));
      ASSIGN_OR_RETURN(const XTag* const x, x_tags.Of(*found.run));
      lines.push_back(std::make_unique<MemberLine>(*found.run, *found.series, query.view, x));
    }
    ASSIGN_OR_RETURN(Table group, AggregateGroup(query, plan, lines, limits));
    RETURN_IF_ERROR(request.CheckWanted());
    limits.max_numbers -= group.columns.size() * RowCount(group);
    Table table = {.columns = std::move(group.columns)};
    table.facts["name"] = query.groups[i].name;
    table.facts["index"] = i;
    table.facts.update(group.facts);
    answer.tables.push_back(std::move(table));
  }
  return answer.ToResponse(request);
}

}  // namespace stepscope
