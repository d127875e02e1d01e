#include "server/api.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "analysis/markdown.h"
#include "base/clock.h"
#include "server/facts.h"
#include "server/name_filter.h"
#include "server/natural_order.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kDefaultPage = 1000;
constexpr int64_t kMaxPage = 10'000;   // About 2 MB of JSON; a page of the UI asks for far less.
constexpr size_t kMaxGroups = 10'000;  // As many as a page has tags.
constexpr size_t kMaxDescriptionsHtmlBytes = 8 * 1024 * 1024;  // Of a page of tags.

struct Page {
  size_t offset;
  size_t limit;

  bool Holds(size_t index) const { return index >= offset && index - offset < limit; }
};

Result<Page> ParsePage(const Request& request) {
  ASSIGN_OR_RETURN(const int64_t offset,
                   request.QueryInt("offset", 0, 0, std::numeric_limits<int64_t>::max()));
  ASSIGN_OR_RETURN(const int64_t limit, request.QueryInt("limit", kDefaultPage, 0, kMaxPage));
  return Page{static_cast<size_t>(offset), static_cast<size_t>(limit)};
}

Json RunJson(const RunSnapshot& run) {
  // JSON has no infinity, and null says better that there is no time yet.
  const auto time_json = [](double time) { return std::isinf(time) ? Json() : Json(time); };
  return {{"name", run.name},
          {"start_time", time_json(run.start_time)},
          {"last_wall_time", time_json(run.last_wall_time)},
          {"tags", run.series.size()},
          {"points", run.point_count},
          {"generation", run.generation},
          {"loaded", run.is_loaded},
          {"files", run.files.size()}};
}

// The tags of a dashboard: over all plugin_names that it reads, in natural order.
TagRows MergeTags(const std::vector<TagRows>& lists) {
  if (lists.size() == 1) return lists[0];
  std::vector<TagRow> rows;
  for (const TagRows& list : lists) rows.insert(rows.end(), list->begin(), list->end());
  std::ranges::stable_sort(
      rows, [](const TagRow& a, const TagRow& b) { return NaturalLess(a.tag(), b.tag()); });
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (kept == 0 || rows[kept - 1].tag() != rows[i].tag()) {
      if (kept != i) rows[kept] = std::move(rows[i]);
      ++kept;
      continue;
    }
    TagRow& row = rows[kept - 1];
    row.runs += rows[i].runs;
    row.points += rows[i].points;
    if (row.named == nullptr) row.named = rows[i].named;
    if (row.described == nullptr) row.described = rows[i].described;
  }
  rows.erase(rows.begin() + static_cast<ptrdiff_t>(kept), rows.end());
  return std::make_shared<const std::vector<TagRow>>(std::move(rows));
}

Json TagJson(const TagRow& row, DescriptionRenderer& descriptions) {
  return {{"tag", row.tag()},
          {"runs", row.runs},
          {"points", row.points},
          {"display_name", row.display_name() == row.tag() ? "" : row.display_name()},
          {"description", descriptions.Render(row.description())}};
}

// Counts tags by what stands before their first '/', in the order of first appearance.
class TagGroups {
 public:
  void Add(std::string_view tag) {
    const size_t slash = tag.find('/');
    const std::string_view prefix = slash == std::string_view::npos ? "" : tag.substr(0, slash);
    const auto [place, is_new] = places_.emplace(prefix, groups_.size());
    if (is_new) groups_.emplace_back(prefix, 0);
    ++groups_[place->second].second;
  }

  Json ToJson() const {
    Json groups = Json::array();
    for (size_t i = 0; i < groups_.size() - left_out(); ++i) {
      groups.push_back({{"prefix", groups_[i].first}, {"tags", groups_[i].second}});
    }
    return groups;
  }
  size_t left_out() const { return groups_.size() - std::min(groups_.size(), kMaxGroups); }

 private:
  std::vector<std::pair<std::string_view, uint64_t>> groups_;
  std::unordered_map<std::string_view, size_t> places_;
};

}  // namespace

CoreApi::CoreApi(const SnapshotCell& snapshots, const Stats& stats, const ServerOptions& options,
                 std::span<const Plugin* const> plugins)
    : snapshots_(snapshots), stats_(stats), options_(options), plugins_(plugins) {}

void CoreApi::AddRoutes(Router& router) {
  const auto add = [&](std::string path, Result<Response> (CoreApi::*handle)(const Request&)) {
    router.Add(std::move(path),
               [this, handle](const Request& request) { return (this->*handle)(request); });
  };
  add("/api/environment", &CoreApi::Environment);
  add("/api/runs", &CoreApi::Runs);
  add("/api/tags", &CoreApi::Tags);
  add("/api/stats", &CoreApi::GetStats);
}

template <typename Use>
auto CoreApi::WithIndex(Use use) {
  const std::lock_guard lock(index_mutex_);
  index_.Update(snapshots_.Load());
  return use(index_);
}

std::vector<uint64_t> CoreApi::CountSeries() {
  return WithIndex([&](TagIndex& index) {
    std::vector<uint64_t> counts;
    for (const Plugin* const plugin : plugins_) {
      uint64_t series = 0;
      for (const std::string_view plugin_name : plugin->reads) {
        series += index.CountSeries(plugin_name);
      }
      counts.push_back(series);
    }
    return counts;
  });
}

Result<Response> CoreApi::Environment(const Request&) {
  const auto snapshot = snapshots_.Load();
  const std::vector<uint64_t> series = CountSeries();
  Json plugins = Json::array();
  for (size_t i = 0; i < plugins_.size(); ++i) {
    plugins.push_back({{"name", plugins_[i]->name}, {"series", series[i]}});
  }
  return Response::Json({{"version", STEPSCOPE_VERSION},
                         {"logdir", options_.logdir},
                         {"window_title", options_.window_title},
                         {"logdir_state", LogdirStateName(snapshot->logdir_state)},
                         {"plugins", std::move(plugins)},
                         {"progress", ProgressJson(snapshot->progress)},
                         {"runs", snapshot->runs.size()},
                         {"points", CountPoints(*snapshot)},
                         {"problems", CountProblems(stats_)},
                         {"generation", snapshot->generation}});
}

std::shared_ptr<const std::vector<uint32_t>> CoreApi::NaturalOrder(const Snapshot& snapshot) {
  const std::lock_guard lock(order_mutex_);
  const auto& runs = snapshot.runs;
  const bool is_known =
      order_ != nullptr &&
      std::ranges::equal(ordered_names_, runs, {}, {},
                         [](const auto& run) -> const std::string& { return run->name; });
  if (!is_known) {
    ordered_names_.clear();
    for (const auto& run : runs) ordered_names_.push_back(run->name);
    std::vector<uint32_t> order(runs.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
      return NaturalLess(ordered_names_[a], ordered_names_[b]);
    });
    order_ = std::make_shared<const std::vector<uint32_t>>(std::move(order));
  }
  return order_;
}

Result<Response> CoreApi::Runs(const Request& request) {
  ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  ASSIGN_OR_RETURN(const NameFilter filter,
                   NameFilter::Parse(request.Query("filter").value_or("")));
  const std::string_view order_name = request.Query("order").value_or("name");
  if (order_name != "name" && order_name != "start_time") {
    return Error{Code::kInvalidArgument, "order must be name or start_time"};
  }

  const auto snapshot = snapshots_.Load();
  const TimedFilter timed_filter(filter, SystemClock());
  std::vector<const RunSnapshot*> matching;
  for (const uint32_t index : *NaturalOrder(*snapshot)) {
    const RunSnapshot& run = *snapshot->runs[index];
    ASSIGN_OR_RETURN(const bool matches, timed_filter.Matches(run.name));
    if (matches) matching.push_back(&run);
  }
  if (order_name == "start_time") {
    std::ranges::stable_sort(matching, {}, [](const RunSnapshot* run) { return run->start_time; });
  }

  Json runs = Json::array();
  for (size_t i = page.offset; i < matching.size() && page.Holds(i); ++i) {
    runs.push_back(RunJson(*matching[i]));
  }
  return Response::Json({{"generation", snapshot->generation},
                         {"total", snapshot->runs.size()},
                         {"matching", matching.size()},
                         {"offset", page.offset},
                         {"runs", std::move(runs)}});
}

Result<Response> CoreApi::Tags(const Request& request) {
  ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  ASSIGN_OR_RETURN(const NameFilter filter,
                   NameFilter::Parse(request.Query("filter").value_or("")));
  const std::string_view name = request.Query("plugin").value_or("");
  const auto plugin = std::ranges::find(plugins_, name, [](const Plugin* p) { return p->name; });
  if (plugin == plugins_.end()) {
    return Error{Code::kNotFound, "no dashboard has the name '" + std::string(name) + "'"};
  }
  uint64_t generation = 0;
  std::vector<TagRows> lists;
  WithIndex([&](TagIndex& index) {
    generation = index.snapshot().generation;
    for (const std::string_view read : (*plugin)->reads) lists.push_back(index.Rows(read));
  });
  const TagRows rows = MergeTags(lists);

  const TimedFilter timed_filter(filter, SystemClock());
  DescriptionRenderer descriptions(kMaxDescriptionsHtmlBytes);
  Json tags = Json::array();
  TagGroups groups;
  size_t matching = 0;
  for (const TagRow& row : *rows) {
    ASSIGN_OR_RETURN(const bool matches, timed_filter.Matches(row.tag()));
    if (!matches) continue;
    if (page.Holds(matching)) tags.push_back(TagJson(row, descriptions));
    ++matching;
    groups.Add(row.tag());
  }
  return Response::Json({{"generation", generation},
                         {"total", rows->size()},
                         {"matching", matching},
                         {"offset", page.offset},
                         {"tags", std::move(tags)},
                         {"groups", groups.ToJson()},
                         {"groups_left_out", groups.left_out()}});
}

Result<Response> CoreApi::GetStats(const Request&) {
  constexpr std::string_view kSeverityNames[] = {"info", "repaired", "lost"};
  const uint64_t revision = stats_.revision();
  Json stats = Json::array();
  for (const auto& [stat, summary] : stats_.Get()) {
    if (summary.count == 0) continue;
    const StatInfo& info = Describe(stat);
    Json occurrences = Json::array();
    for (const StatOccurrence& occurrence : summary.occurrences) {
      occurrences.push_back({{"file", occurrence.file},
                             {"offset", occurrence.offset},
                             {"detail", occurrence.detail}});
    }
    stats.push_back({{"name", info.name},
                     {"severity", kSeverityNames[static_cast<size_t>(info.severity)]},
                     {"text", info.text},
                     {"count", summary.count},
                     {"occurrences", std::move(occurrences)}});
  }
  const auto snapshot = snapshots_.Load();
  return Response::Json(
      {{"revision", revision},
       {"stats", std::move(stats)},
       {"memory", {{"resident_bytes", ResidentBytes()}, {"points", CountPoints(*snapshot)}}}});
}

}  // namespace stepscope
