#include "plugins/scalars/scalars.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/strings.h"
#include "http/columns.h"
#include "plugins/scalars/compat.h"
#include "plugins/scalars/export.h"
#include "plugins/scalars/line.h"
#include "plugins/scalars/series_query.h"
#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "scalars";

// 2 Mi points are at most 75 MB of columns, and twice that as a finished answer.
constexpr uint64_t kMaxAnswerPoints = uint64_t{1} << 21;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The element that goes by `name`, or else, because a name with invalid UTF-8 can only be asked for
// as it was shown, the first that is shown like this.
template <typename Elements, typename NameOf>
const typename Elements::value_type* FindShown(const Elements& elements, std::string_view name,
                                               NameOf name_of) {
  if (name.find(kReplacement) == std::string_view::npos) return nullptr;
  const auto found = std::find_if(elements.begin(), elements.end(), [&](const auto& element) {
    return ToValidUtf8(name_of(element)) == name;
  });
  return found == elements.end() ? nullptr : &*found;
}

const RunSnapshot* FindRun(const Snapshot& snapshot, std::string_view name) {
  if (const RunSnapshot* run = snapshot.FindRun(name)) return run;
  const auto* shown = FindShown(snapshot.runs, name, [](const auto& run) { return run->name; });
  return shown == nullptr ? nullptr : shown->get();
}

const Series* FindSeries(const RunSnapshot& run, std::string_view tag) {
  if (const Series* series = run.Find(tag)) return series;
  return FindShown(run.series, tag, [](const Series& series) { return series.info->tag; });
}

uint64_t RowCount(const Table& table) {
  return std::visit([](const auto& values) { return uint64_t{values.size()}; },
                    table.columns.front().data);
}

// POST /api/scalars/series: the lines of all visible cards in one answer.
Result<Response> QuerySeries(const Request& request, const Context& context) {
  if (request.method != Method::kPost) {
    Response response = Response::Text(405, "Method not allowed: ask with POST");
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  ASSIGN_OR_RETURN(const SeriesQuery query, ParseSeriesQuery(request.body));
  Tables answer;
  answer.facts["generation"] = context.snapshot.generation;
  uint64_t points_left = kMaxAnswerPoints;
  // Cards may show the same line twice, which is computed once: for what the first of them has, and
  // as a whole for those that have something else. So no request makes more work than its lines.
  std::map<const Series*, std::optional<KnownLine>> first_known;
  std::map<std::pair<const Series*, bool>, size_t> computed;  // The table; the bool says "whole".
  for (size_t i = 0; i < query.series.size(); ++i) {
    const SeriesKey& key = query.series[i];
    const FoundSeries found = FindScalarSeries(context.snapshot, key.run, key.tag);
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
      ASSIGN_OR_RETURN(Table line,
                       QueryLine(*found.run, *found.series, query.view, known, points_left));
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

// ScalarPluginData (tensorboard/plugins/scalar/plugin_data.proto): version = 1, an int32.
std::optional<Stat> CheckContent(const SeriesInfo& info) {
  ProtoReader reader(std::as_bytes(std::span(info.plugin_content)));
  uint64_t version = 0;
  for (ProtoField field; reader.Next(field);) {
    if (field.Is(1, WireType::kVarint)) version = field.scalar;
  }
  if (!reader.ok()) return Stat::kPluginContentUnreadable;
  if (static_cast<int32_t>(version) != 0) return Stat::kPluginContentTooNew;
  return std::nullopt;
}

constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kRoutes[] = {
    {"series", QuerySeries},
    {"export", ExportSeries},
};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatTags},
    {"scalars", CompatScalars},
    {"scalars_multirun", CompatScalarsMultirun},
};

}  // namespace

const Plugin kScalars = {
    .name = kPluginName,
    .reads = kReads,
    .routes = kRoutes,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "scalars",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-scalar-dashboard"},
    .check = CheckContent,
};

bool IsScalarSeries(const Series& series) {
  return series.info->kind == SeriesKind::kScalar && series.info->plugin_name == kPluginName;
}

FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag) {
  FoundSeries found;
  found.run = FindRun(snapshot, run);
  if (found.run != nullptr) found.series = FindSeries(*found.run, tag);
  if (found.series == nullptr || !IsScalarSeries(*found.series)) return {};
  return found;
}

}  // namespace stepscope
