#include "server/api.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "analysis/markdown.h"
#include "base/clock.h"
#include "server/facts.h"
#include "server/name_table.h"

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

Json TagJson(const TagRow& row, DescriptionRenderer& descriptions) {
  return {{"tag", row.tag()},
          {"runs", row.runs},
          {"points", row.points},
          {"display_name", row.display_name() == row.tag() ? "" : row.display_name()},
          {"description", descriptions.Render(row.description())}};
}

// The groups of the matching tags, which stand group by group.
class MatchingGroups {
 public:
  MatchingGroups(const TagGroups& groups, const MatchingNames& matching) : groups_(groups) {
    for (size_t i = 0; i < matching.size(); ++i) {
      const uint32_t group = groups.of_row[matching[i]];
      if (counts_.empty() || counts_.back().first != group) counts_.emplace_back(group, 0);
      ++counts_.back().second;
    }
  }

  Json ToJson() const {
    Json groups = Json::array();
    for (size_t i = 0; i < counts_.size() - left_out(); ++i) {
      const auto& [group, tags] = counts_[i];
      groups.push_back({{"prefix", groups_.prefixes[group]}, {"tags", tags}});
    }
    return groups;
  }
  size_t left_out() const { return counts_.size() - std::min(counts_.size(), kMaxGroups); }

 private:
  const TagGroups& groups_;
  std::vector<std::pair<uint32_t, uint64_t>> counts_;
};

// The runs of one answer: which match, in which order.
enum class RunsOrder : uint8_t { kName, kOldest, kNewest };

Result<RunsOrder> ParseOrder(const Request& request, size_t runs) {
  // Of few runs one looks for a name, of many for the last ones; 60 is what a page draws at first.
  constexpr size_t kFewRuns = 60;
  const std::string_view name = request.Query("order").value_or("name");
  if (name == "auto") return runs > kFewRuns ? RunsOrder::kNewest : RunsOrder::kName;
  if (name == "name") return RunsOrder::kName;
  if (name == "start_time") return RunsOrder::kOldest;
  if (name == "newest") return RunsOrder::kNewest;
  return Error{Code::kInvalidArgument, "order must be auto, name, start_time or newest"};
}

std::string_view OrderName(RunsOrder order) {
  constexpr std::string_view kNames[] = {"name", "start_time", "newest"};
  return kNames[static_cast<size_t>(order)];
}

// Runs without a start time stand last in both orders of time.
void SortByTime(std::vector<const RunSnapshot*>& runs, RunsOrder order) {
  if (order == RunsOrder::kOldest) {
    std::ranges::stable_sort(runs, {}, &RunSnapshot::start_time);
  } else if (order == RunsOrder::kNewest) {
    std::ranges::stable_sort(runs, std::ranges::greater(), [](const RunSnapshot* run) {
      return std::isinf(run->start_time) ? -std::numeric_limits<double>::infinity()
                                         : run->start_time;
    });
  }
}

// The runs that a page's address names: five digits in base 32 each, of the low 25 bits of
// HashRunName. Empty: all.
class NamedRuns {
 public:
  static Result<NamedRuns> Parse(std::optional<std::string_view> text) {
    constexpr size_t kDigits = 5;
    NamedRuns named;
    if (!text) return named;
    if (text->size() % kDigits != 0) {
      return Error{Code::kInvalidArgument, "hashes must be of five digits each"};
    }
    named.is_all_ = false;
    for (size_t at = 0; at < text->size(); at += kDigits) {
      uint32_t hash = 0;
      const char* const begin = text->data() + at;
      if (std::from_chars(begin, begin + kDigits, hash, 32).ptr != begin + kDigits) {
        return Error{Code::kInvalidArgument, "hashes must be digits in base 32"};
      }
      named.hashes_.insert(hash);
    }
    return named;
  }

  bool Has(uint32_t hash) const { return is_all_ || hashes_.contains(hash & kMask); }

 private:
  static constexpr uint32_t kMask = (1U << 25) - 1;
  bool is_all_ = true;
  std::unordered_set<uint32_t> hashes_;
};

struct Held {
  std::string_view name;
  std::string_view text;
  std::string_view unit;
  uint64_t amount;
  std::optional<uint64_t> bound;  // Nothing: it grows with the data.
};

Json HeldJson(const Held& held) {
  return {{"name", held.name},
          {"text", held.text},
          {"unit", held.unit},
          {"amount", held.amount},
          {"bound", held.bound ? Json(*held.bound) : Json()}};
}

}  // namespace

CoreApi::CoreApi(const SnapshotCell& snapshots, const Stats& stats, const ServerOptions& options,
                 std::span<const Plugin* const> plugins, const ServerUse& use)
    : snapshots_(snapshots),
      stats_(stats),
      options_(options),
      plugins_(plugins),
      use_(use),
      tags_(snapshots) {}

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

std::vector<uint64_t> CoreApi::CountSeries() {
  std::vector<std::string_view> names;
  for (const Plugin* const plugin : plugins_) {
    names.insert(names.end(), plugin->reads.begin(), plugin->reads.end());
  }
  const TagCatalog::Picture picture = tags_.Get(names);
  std::vector<uint64_t> counts;
  auto next = picture.series.begin();
  for (const Plugin* const plugin : plugins_) {
    const auto end = next + static_cast<ptrdiff_t>(plugin->reads.size());
    counts.push_back(std::accumulate(next, end, uint64_t{0}));
    next = end;
  }
  return counts;
}

void CoreApi::KeepUp() {
  tags_.KeepUp();
  const auto snapshot = snapshots_.Load();
  if (snapshot->progress.is_complete) orders_.For(*snapshot);
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

Result<Response> CoreApi::Runs(const Request& request) {
  ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  ASSIGN_OR_RETURN(const NamedRuns named, NamedRuns::Parse(request.Query("hashes")));
  const auto snapshot = snapshots_.Load();
  ASSIGN_OR_RETURN(const RunsOrder order_by, ParseOrder(request, snapshot->runs.size()));
  const auto order = orders_.For(*snapshot);
  ASSIGN_OR_RETURN(const MatchingNames found,
                   order->names.Find(request.Query("filter").value_or(""), SystemClock()));
  std::vector<const RunSnapshot*> matching;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!named.Has(order->hashes[found[i]])) continue;
    matching.push_back(snapshot->runs[order->places[found[i]]].get());
  }
  SortByTime(matching, order_by);

  Json runs = Json::array();
  for (size_t i = page.offset; i < matching.size() && page.Holds(i); ++i) {
    runs.push_back(RunJson(*matching[i]));
  }
  return Response::Json({{"generation", snapshot->generation},
                         {"total", snapshot->runs.size()},
                         {"matching", matching.size()},
                         {"offset", page.offset},
                         {"order", OrderName(order_by)},
                         {"shared_prefix", order->shared_prefix},
                         {"shared_suffix", order->shared_suffix},
                         {"runs", std::move(runs)}});
}

Result<Response> CoreApi::Tags(const Request& request) {
  ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  ASSIGN_OR_RETURN(const int64_t wants_groups, request.QueryInt("groups", 1, 0, 1));
  const std::string_view name = request.Query("plugin").value_or("");
  const auto plugin = std::ranges::find(plugins_, name, [](const Plugin* p) { return p->name; });
  if (plugin == plugins_.end()) {
    return Error{Code::kNotFound, "no dashboard has the name '" + std::string(name) + "'"};
  }
  const TagCatalog::Picture picture = tags_.Get((*plugin)->reads);
  const TagListPtr list = MergeTags(picture.lists);
  ASSIGN_OR_RETURN(const MatchingNames matching,
                   list->names->Find(request.Query("filter").value_or(""), SystemClock()));

  DescriptionRenderer descriptions(kMaxDescriptionsHtmlBytes);
  Json tags = Json::array();
  for (size_t i = page.offset; i < matching.size() && page.Holds(i); ++i) {
    tags.push_back(TagJson(list->rows[matching[i]], descriptions));
  }
  Json answer = {{"generation", picture.generation},
                 {"revision", picture.revision},
                 {"total", list->rows.size()},
                 {"matching", matching.size()},
                 {"offset", page.offset},
                 {"tags", std::move(tags)}};
  if (wants_groups != 0) {
    const MatchingGroups groups(*list->groups, matching);
    answer["groups"] = groups.ToJson();
    answer["groups_left_out"] = groups.left_out();
  }
  return Response::Json(answer);
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
  return Response::Json({{"revision", revision},
                         {"stats", std::move(stats)},
                         {"memory",
                          {{"resident_bytes", ResidentBytes()},
                           {"points", CountPoints(*snapshot)},
                           {"held", HeldByServer(*snapshot)}}}});
}

nlohmann::ordered_json CoreApi::HeldByServer(const Snapshot& snapshot) const {
  uint64_t column_bytes = 0;
  for (const auto& run : snapshot.runs) column_bytes += run->column_bytes;
  const TagCatalog::Size tags = tags_.size();
  const ServerLimits& limits = use_.limits;
  const Held all[] = {
      {"connections", "Connections of browsers and programs", "", use_.connections,
       limits.max_connections},
      {"live_pages", "Pages that are told of what is new", "", use_.live_clients,
       limits.max_live_clients},
      {"jobs", "Requests that take long, running or waiting", "", use_.jobs, limits.max_jobs},
      {"request_bodies", "Requests that are being read and answered", "B", use_.body_bytes,
       limits.max_all_body_bytes},
      {"replies", "Answers on their way", "B", use_.reply_bytes, limits.max_all_reply_bytes},
      {"tag_index", "Index of all tags, with the last searches", "B", tags.bytes, std::nullopt},
      {"run_index", "Index of all runs, with the last searches", "B", orders_.bytes(),
       std::nullopt},
      {"columns", "Points, packed, without those in the mapped index", "B", column_bytes,
       std::nullopt},
  };
  Json held = Json::array();
  for (const Held& one : all) held.push_back(HeldJson(one));
  return held;
}

}  // namespace stepscope
