#include "plugins/scalars/scalars.h"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/strings.h"
#include "http/columns.h"
#include "plugin/content_version.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/aggregate.h"
#include "plugins/scalars/compat.h"
#include "plugins/scalars/export.h"
#include "plugins/scalars/line.h"
#include "plugins/scalars/query_json.h"
#include "plugins/scalars/selection.h"
#include "plugins/scalars/series_query.h"
#include "plugins/scalars/series_summary.h"

namespace stepscope {
namespace {

// 2 Mi points are at most 75 MB of columns, and twice that as a finished answer. As JSON a point
// can have 130 bytes, which all lie in memory beside the columns.
constexpr uint64_t kMaxAnswerPoints = uint64_t{1} << 21;
constexpr uint64_t kMaxJsonAnswerPoints = uint64_t{1} << 19;

// Of all lines that are asked for, each once.
uint64_t CountPoints(const SeriesQuery& query, SeriesFinder& finder) {
  uint64_t points = 0;
  std::set<const Series*> counted;
  for (const SeriesKey& key : query.series) {
    const Series* const series = finder.Find(key.run, key.tag).series;
    if (series != nullptr && counted.insert(series).second) points += series->size();
  }
  return points;
}

// POST /api/scalars/series: the lines of all visible cards in one answer.
Result<Response> QuerySeries(const Request& request, const Context& context) {
  if (auto refusal = RefuseUnlessPost(request)) return *std::move(refusal);
  ASSIGN_OR_RETURN(SeriesQuery query, ParseSeriesQuery(request.body));
  query.view.stop = request.stop;
  query.view.job = request.job.get();
  Tables answer;
  answer.facts["generation"] = context.snapshot.generation;
  uint64_t points_left = request.WantsJson() ? kMaxJsonAnswerPoints : kMaxAnswerPoints;
  uint64_t cost_left = kMaxPointCost;
  SeriesFinder finder(context.snapshot, IsScalarSeries);
  if (!CanSelectByBlocks(query.view)) {
    RETURN_IF_ERROR(AnnouncePoints(request, CountPoints(query, finder), /*reading=*/1,
                                   query.view.smoothing, /*passes=*/1));
  }
  XTags x_tags(finder, query.view);
  const SmoothingPlan plan(query.view.smoothing);
  // Cards may show the same line twice, which is computed once: for what the first of them has, and
  // as a whole for those that have something else. So no request makes more work than its lines.
  std::map<const Series*, std::optional<KnownLine>> first_known;
  std::map<std::pair<const Series*, bool>, size_t> computed;  // The table; the bool says "whole".
  for (size_t i = 0; i < query.series.size(); ++i) {
    const SeriesKey& key = query.series[i];
    const FoundSeries found = finder.Find(key.run, key.tag);
    if (found.series == nullptr || found.series->info->is_hidden) continue;
    const auto& first = first_known.try_emplace(found.series, key.known).first->second;
    const std::optional<KnownLine> known = key.known == first ? key.known : std::nullopt;
    const auto [entry, is_new] =
        computed.try_emplace({found.series, !known.has_value()}, answer.tables.size());
    Table table;
    if (!is_new) table = answer.tables[entry->second];
    table.facts["run"] = key.run;
    table.facts["tag"] = key.tag;
    table.facts["index"] = i;
    if (is_new) {
      RETURN_IF_ERROR(
          SpendOnPoints(found.series->size(), /*reading=*/0, query.view.smoothing, cost_left));
      ASSIGN_OR_RETURN(const XTag* const x, x_tags.Of(*found.run));
      ASSIGN_OR_RETURN(Table line, QueryLine(*found.run, *found.series, query.view, plan, x, known,
                                             points_left));
      RETURN_IF_ERROR(request.CheckWanted());
      table.facts.update(line.facts);
      table.columns = std::move(line.columns);
    }
    const uint64_t rows = RowCount(table);
    if (rows > points_left) return TooManyPoints();
    points_left -= rows;
    answer.tables.push_back(std::move(table));
  }
  return answer.ToResponse(request);
}

constexpr std::string_view kReads[] = {kScalarsPlugin};

constexpr Route kRoutes[] = {
    {"series", QuerySeries},
    {"summary", QuerySummaries},
    {"aggregate", QueryAggregate},
    {"export", ExportSeries},
};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatTags},
    {"scalars", CompatScalars},
    {"scalars_multirun", CompatScalarsMultirun},
};

}  // namespace

const Plugin kScalars = {
    .name = kScalarsPlugin,
    .reads = kReads,
    .routes = kRoutes,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "scalars",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-scalar-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
