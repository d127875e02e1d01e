#include "plugins/hparams/session_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "plugin/compat_points.h"
#include "plugin/scalar_series.h"
#include "plugins/hparams/value.h"

namespace stepscope {
namespace {

using hparams::ColParams;
using hparams::ListSessionGroupsRequest;
using hparams::ListSessionGroupsResponse;
using hparams::MetricName;
using hparams::MetricValue;
using hparams::Session;
using hparams::SessionGroup;

// Metrics of all sessions: ten thousand sessions with a hundred each have 1 Mi. One takes some 150
// bytes, twice, and as much again as JSON.
constexpr uint64_t kMaxMetricValues = uint64_t{1} << 21;
// Cells that filters and orders look at.
constexpr uint64_t kMaxCells = uint64_t{1} << 24;

using Metrics = google::protobuf::RepeatedPtrField<hparams::MetricInfo>;
using Name = std::pair<std::string_view, std::string_view>;  // Group and tag.

Name NameOf(const MetricName& name) { return {name.group(), name.tag()}; }

class Table {
 public:
  Table(const ListSessionGroupsRequest& request, const Context& context,
        google::protobuf::Arena& arena)
      : request_(request),
        context_(context),
        arena_(arena),
        finder_(context.snapshot, IsScalarSeries) {}

  Status Build(const HparamsRuns& runs);
  Status Filter();
  Status Sort();
  void DropHparams();
  const ListSessionGroupsResponse& Page();

 private:
  Status AddMetrics(const Metrics& metrics, Session& session);
  // The row of the session, which is a new one where it is the first of its group.
  SessionGroup& GroupOf(const SessionRun& run);
  Status Aggregate(SessionGroup& group) const;
  Result<std::vector<Cell>> CellsOf(const ColParams& column);

  const ListSessionGroupsRequest& request_;
  const Context& context_;
  google::protobuf::Arena& arena_;
  SeriesFinder finder_;
  uint64_t values_left_ = kMaxMetricValues;
  uint64_t cells_left_ = kMaxCells;
  std::vector<SessionGroup*> groups_;  // In the arena, as all of the answer.
  std::unordered_map<std::string_view, SessionGroup*> groups_by_name_;
};

void DescribeSession(const SessionRun& run, Session& session) {
  session.set_name(run.name);
  session.set_start_time_secs(run.start->start_time_secs());
  session.set_model_uri(run.start->model_uri());
  session.set_monitor_url(run.start->monitor_url());
  if (run.end != nullptr) {
    session.set_status(run.end->status());
    session.set_end_time_secs(run.end->end_time_secs());
  }
}

SessionGroup& Table::GroupOf(const SessionRun& run) {
  const std::string& name = run.start->group_name().empty() ? run.name : run.start->group_name();
  SessionGroup*& group = groups_by_name_[name];
  if (group != nullptr) return *group;
  group = google::protobuf::Arena::CreateMessage<SessionGroup>(&arena_);
  groups_.push_back(group);
  group->set_name(name);
  group->set_monitor_url(run.start->monitor_url());
  for (const auto& [key, value] : run.start->hparams()) {
    const bool is_number = value.kind_case() == google::protobuf::Value::kNumberValue;
    if (!is_number || IsShownValue(value)) (*group->mutable_hparams())[key] = value;
  }
  return *group;
}

Status Table::Build(const HparamsRuns& runs) {
  const bool include_metrics = !request_.has_include_metrics() || request_.include_metrics();
  const Metrics metrics = include_metrics ? DescribeMetrics(context_.snapshot, runs) : Metrics();
  const std::set<int> allowed(request_.allowed_statuses().begin(),
                              request_.allowed_statuses().end());
  for (const SessionRun& run : runs.sessions) {
    if (!allowed.contains(run.end == nullptr ? hparams::STATUS_UNKNOWN : run.end->status())) {
      continue;
    }
    Session& session = *GroupOf(run).add_sessions();
    DescribeSession(run, session);
    RETURN_IF_ERROR(AddMetrics(metrics, session));
  }
  for (SessionGroup* const group : groups_) RETURN_IF_ERROR(Aggregate(*group));
  std::ranges::sort(groups_, {},
                    [](const SessionGroup* group) -> std::string_view { return group->name(); });
  return {};
}

Status Table::AddMetrics(const Metrics& metrics, Session& session) {
  const auto count = static_cast<uint64_t>(metrics.size());
  if (count > values_left_) {
    return Error{Code::kResourceExhausted, "the sessions have more than " +
                                               std::to_string(kMaxMetricValues) +
                                               " metrics; ask without them (includeMetrics)"};
  }
  values_left_ -= count;
  std::unordered_map<std::string_view, const RunSnapshot*> runs;  // By group.
  for (const hparams::MetricInfo& info : metrics) {
    const MetricName& name = info.name();
    const auto [run, is_new] = runs.try_emplace(name.group());
    if (is_new) run->second = finder_.FindRun(MetricRun(session.name(), name.group()));
    if (run->second == nullptr) continue;
    const FoundSeries found = finder_.Find(*run->second, name.tag());
    if (found.series == nullptr) continue;
    const auto point = ReadNewestCompatPoint(*found.run, *found.series);
    if (!point) continue;
    MetricValue& value = *session.add_metric_values();
    *value.mutable_name() = name;
    value.set_value(point->as_double);
    value.set_training_step(point->step);
    value.set_wall_time_secs(point->wall_time);
  }
  return {};
}

const MetricValue* FindMetric(const Session& session, const MetricName& name) {
  const auto& values = session.metric_values();
  const auto found = std::ranges::find(
      values, NameOf(name), [](const MetricValue& value) { return NameOf(value.name()); });
  return found == values.end() ? nullptr : &*found;
}

// The means of the sessions' metrics, over those that have them.
void AverageMetrics(SessionGroup& group) {
  std::map<Name, int> places;
  auto& means = *group.mutable_metric_values();
  std::vector<std::pair<__int128, int64_t>> steps;  // Their sum, and how many there are.
  for (const Session& session : group.sessions()) {
    for (const MetricValue& value : session.metric_values()) {
      const auto [place, is_new] = places.try_emplace(NameOf(value.name()), means.size());
      if (is_new) {
        *means.Add()->mutable_name() = value.name();
        steps.emplace_back(0, 0);
      }
      MetricValue& mean = means[place->second];
      mean.set_value(mean.value() + value.value());
      mean.set_wall_time_secs(mean.wall_time_secs() + value.wall_time_secs());
      auto& [sum, count] = steps[static_cast<size_t>(place->second)];
      sum += value.training_step();
      ++count;
    }
  }
  for (int i = 0; i < means.size(); ++i) {
    const auto [sum, count] = steps[static_cast<size_t>(i)];
    means[i].set_value(means[i].value() / static_cast<double>(count));
    means[i].set_wall_time_secs(means[i].wall_time_secs() / static_cast<double>(count));
    const __int128 floor = sum / count - (sum % count < 0 ? 1 : 0);
    means[i].set_training_step(static_cast<int64_t>(floor));
  }
}

Status Table::Aggregate(SessionGroup& group) const {
  auto& sessions = *group.mutable_sessions();
  std::ranges::stable_sort(sessions.pointer_begin(), sessions.pointer_end(), {},
                           [](const Session* one) -> std::string_view { return one->name(); });
  const hparams::AggregationType type = request_.aggregation_type();
  if (type == hparams::AGGREGATION_UNSET || type == hparams::AGGREGATION_AVG) {
    AverageMetrics(group);
    return {};
  }
  if (!hparams::AggregationType_IsValid(type)) {
    return Error{Code::kInvalidArgument, "there is no aggregation " + std::to_string(type)};
  }
  std::vector<std::pair<double, const Session*>> measured;
  for (const Session& session : sessions) {
    const MetricValue* const value = FindMetric(session, request_.aggregation_metric());
    if (value != nullptr) measured.emplace_back(value->value(), &session);
  }
  if (measured.empty()) {
    return Error{Code::kInvalidArgument,
                 "no session of the group " + group.name() + " has the aggregation metric"};
  }
  // Of equal ones the first, as Python's min, max and sorted have it. NaN, which upstream compares
  // as it comes, is taken where there is nothing else.
  const auto is_less = [](const auto& one, const auto& other) {
    return std::isnan(other.first) ? !std::isnan(one.first) : one.first < other.first;
  };
  const auto is_less_to_max = [](const auto& one, const auto& other) {
    return std::isnan(one.first) ? !std::isnan(other.first) : one.first < other.first;
  };
  auto chosen = measured.begin();
  if (type == hparams::AGGREGATION_MIN) {
    chosen = std::ranges::min_element(measured, is_less);
  } else if (type == hparams::AGGREGATION_MAX) {
    chosen = std::ranges::max_element(measured, is_less_to_max);
  } else {
    std::ranges::stable_sort(measured, is_less);
    chosen = measured.begin() + (std::ssize(measured) - 1) / 2;
  }
  *group.mutable_metric_values() = chosen->second->metric_values();
  return {};
}

Result<std::vector<Cell>> Table::CellsOf(const ColParams& column) {
  if (column.name_case() == ColParams::NAME_NOT_SET) {
    return Error{Code::kInvalidArgument, "a column must have a 'metric' or an 'hparam'"};
  }
  if (groups_.size() > cells_left_) {
    return Error{Code::kResourceExhausted, "groups times columns are more than " +
                                               std::to_string(kMaxCells) +
                                               "; ask for fewer columns (colParams)"};
  }
  cells_left_ -= groups_.size();
  std::vector<Cell> cells;
  cells.reserve(groups_.size());
  for (const SessionGroup* const row : groups_) {
    const SessionGroup& group = *row;
    Cell& cell = cells.emplace_back();
    if (column.has_metric()) {
      const auto& values = group.metric_values();
      if (static_cast<uint64_t>(values.size()) > cells_left_) {
        return Error{Code::kResourceExhausted, "the columns have too many cells"};
      }
      cells_left_ -= static_cast<uint64_t>(values.size());
      const auto found =
          std::ranges::find(values, NameOf(column.metric()),
                            [](const MetricValue& value) { return NameOf(value.name()); });
      if (found != values.end()) cell = CellValue{.value = found->value()};
      continue;
    }
    const auto found = group.hparams().find(column.hparam());
    if (found == group.hparams().end()) continue;
    cell = ToCellValue(found->second);
    if (!cell) {
      return Error{Code::kInvalidArgument,
                   "values of " + column.hparam() + " are no texts, numbers or bools"};
    }
  }
  return cells;
}

Status Table::Filter() {
  std::vector<bool> passes(groups_.size(), true);
  for (const ColParams& column : request_.col_params()) {
    const bool filters =
        column.filter_case() != ColParams::FILTER_NOT_SET || column.exclude_missing_values();
    if (!filters && column.name_case() != ColParams::NAME_NOT_SET) continue;
    ASSIGN_OR_RETURN(std::vector<Cell> cells, CellsOf(column));
    // What an earlier column refused is not looked at.
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!passes[i]) cells[i].reset();
    }
    ASSIGN_OR_RETURN(const std::vector<bool> passed, PassFilter(column, cells, context_.clock));
    for (size_t i = 0; i < passes.size(); ++i) passes[i] = passes[i] && passed[i];
  }
  std::vector<SessionGroup*> kept;
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (passes[i]) kept.push_back(groups_[i]);
  }
  groups_ = std::move(kept);
  return {};
}

// By the last column first, so that the first one decides.
Status Table::Sort() {
  std::vector<size_t> order(groups_.size());
  std::iota(order.begin(), order.end(), 0);
  for (int i = request_.col_params_size() - 1; i >= 0; --i) {
    const ColParams& column = request_.col_params(i);
    if (column.order() == hparams::ORDER_UNSPECIFIED) continue;
    ASSIGN_OR_RETURN(const std::vector<Cell> cells, CellsOf(column));
    RETURN_IF_ERROR(SortByColumn(column, cells, order));
  }
  std::vector<SessionGroup*> sorted;
  sorted.reserve(groups_.size());
  for (const size_t i : order) sorted.push_back(groups_[i]);
  groups_ = std::move(sorted);
  return {};
}

void Table::DropHparams() {
  std::set<std::string_view> included;
  bool is_specified = false;
  for (const ColParams& column : request_.col_params()) {
    is_specified = is_specified || column.has_include_in_result();
    if (column.has_include_in_result() && !column.include_in_result()) continue;
    if (!column.hparam().empty()) included.insert(column.hparam());
  }
  if (!is_specified) return;
  for (SessionGroup* const group : groups_) {
    auto& hparams = *group->mutable_hparams();
    for (auto at = hparams.begin(); at != hparams.end();) {
      at = included.contains(at->first) ? std::next(at) : hparams.erase(at);
    }
  }
}

const ListSessionGroupsResponse& Table::Page() {
  auto& response = *google::protobuf::Arena::CreateMessage<ListSessionGroupsResponse>(&arena_);
  const auto size = static_cast<int64_t>(groups_.size());
  response.set_total_size(static_cast<int32_t>(size));
  const int64_t begin = request_.start_index();
  const Slice page = PythonSlice(size, begin, begin + request_.slice_size());
  for (int64_t i = page.begin; i < page.end; ++i) {
    response.mutable_session_groups()->AddAllocated(groups_[static_cast<size_t>(i)]);
  }
  return response;
}

}  // namespace

Result<const ListSessionGroupsResponse*> ListSessionGroups(const ListSessionGroupsRequest& request,
                                                           const HparamsRuns& runs,
                                                           const Context& context,
                                                           google::protobuf::Arena& arena) {
  Table table(request, context, arena);
  RETURN_IF_ERROR(table.Build(runs));
  RETURN_IF_ERROR(table.Filter());
  RETURN_IF_ERROR(table.Sort());
  table.DropHparams();
  return &table.Page();
}

}  // namespace stepscope
