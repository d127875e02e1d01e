#include "rpc/data_provider.h"

#include <algorithm>
#include <set>
#include <vector>

#include "ingest/compat.h"
#include "plugin/compat_points.h"
#include "rpc/filter.h"
#include "rpc/walk.h"

namespace stepscope {
namespace {

// Of a point in a response: step, wall time and value.
constexpr size_t kScalarPointBytes = 20;

}  // namespace

namespace pb = tensorboard::data;

uint64_t DataProvider::PointLimit(std::string_view plugin_name, uint64_t asked) const {
  const auto found = options_.max_points.find(plugin_name);
  return found == options_.max_points.end() ? asked : std::min(asked, found->second);
}

Status DataProvider::GetExperiment(const pb::GetExperimentRequest&, Call&,
                                   pb::GetExperimentResponse& response) const {
  response.set_data_location(RpcName(options_.logdir));
  return Status();
}

Status DataProvider::ListPlugins(const pb::ListPluginsRequest&, Call& call,
                                 pb::ListPluginsResponse& response) const {
  const auto snapshot = snapshots_.Load();
  std::set<std::string_view> names;
  for (const auto& run : snapshot->runs) {
    RETURN_IF_ERROR(call.Spend(0));
    for (const Series& series : run->series) names.insert(series.info->plugin_name);
  }
  names.erase("");
  names.erase(kMetaGraphPlugin);  // Ours, and of no use to anybody else.
  for (const std::string_view name : names) {
    RETURN_IF_ERROR(call.Spend(name.size()));
    response.add_plugins()->set_name(RpcName(name));
  }
  return Status();
}

Status DataProvider::ListRuns(const pb::ListRunsRequest&, Call& call,
                              pb::ListRunsResponse& response) const {
  const auto snapshot = snapshots_.Load();
  std::vector<const RunSnapshot*> runs;
  for (const auto& run : snapshot->runs) runs.push_back(run.get());
  std::ranges::stable_sort(runs, {}, [](const RunSnapshot* run) { return run->start_time; });
  for (const RunSnapshot* const run : runs) {
    RETURN_IF_ERROR(call.Spend(run->name.size() + sizeof(run->start_time)));
    pb::Run* const entry = response.add_runs();
    entry->set_name(RpcName(run->name));
    entry->set_start_time(run->start_time);
  }
  return Status();
}

Status DataProvider::ListScalars(const pb::ListScalarsRequest& request, Call& call,
                                 pb::ListScalarsResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  const auto snapshot = snapshots_.Load();
  const auto fill = [&](const RunSnapshot&, const Series& series,
                        pb::ListScalarsResponse::TagEntry& tag) -> Status {
    return FillListed(series, FindScalarEnd(series), call, *tag.mutable_metadata());
  };
  return WalkSeries(*snapshot, filter, DataClass::kScalar, call, response, fill);
}

Status DataProvider::ReadScalars(const pb::ReadScalarsRequest& request, Call& call,
                                 pb::ReadScalarsResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  ASSIGN_OR_RETURN(const uint64_t asked, ParsePointCount(request));
  const uint64_t limit = PointLimit(filter.plugin_name, asked);
  const auto snapshot = snapshots_.Load();
  const auto fill = [&](const RunSnapshot& run, const Series& series,
                        pb::ReadScalarsResponse::TagEntry& tag) -> Status {
    pb::ScalarData& data = *tag.mutable_data();
    if (limit == 0) return Status();
    RETURN_IF_ERROR(call.Spend(std::min(limit, series.size()) * kScalarPointBytes));
    for (const ExactPoint& point : ReadCompatPoints(run, series, limit)) {
      data.add_step(point.step);
      data.add_wall_time(point.wall_time);
      data.add_value(static_cast<float>(point.as_double));
    }
    return Status();
  };
  return WalkSeries(*snapshot, filter, DataClass::kScalar, call, response, fill);
}

}  // namespace stepscope
