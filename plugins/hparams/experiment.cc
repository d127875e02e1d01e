#include "plugins/hparams/experiment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "plugin/ascii_json.h"
#include "plugin/scalar_series.h"

namespace stepscope {
namespace {

using google::protobuf::Value;
using hparams::Experiment;
using hparams::HParamInfo;

constexpr std::string_view kExperimentTag = "_hparams_/experiment";
constexpr std::string_view kStartTag = "_hparams_/session_start_info";
constexpr std::string_view kEndTag = "_hparams_/session_end_info";

// Of all runs together; ten thousand sessions of a hundred parameters have some 50 MB.
constexpr size_t kMaxContentBytes = 256 << 20;

using Values = std::vector<const Value*>;

// In the arena; null where the run has none that can be read.
const hparams::HParamsPluginData* ReadContent(const RunSnapshot& run, std::string_view tag,
                                              google::protobuf::Arena& arena, size_t& bytes) {
  const Series* const series = run.Find(tag);
  if (series == nullptr || series->info->plugin_name != "hparams" || series->info->is_hidden ||
      series->info->data_class != DataClass::kTensor) {
    return nullptr;
  }
  using google::protobuf::Arena;
  auto* const data = Arena::CreateMessage<hparams::HParamsPluginData>(&arena);
  bytes += series->info->plugin_content.size();
  return data->ParseFromString(series->info->plugin_content) ? data : nullptr;
}

hparams::DataType TypeOf(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return hparams::DATA_TYPE_FLOAT64;
    case Value::kStringValue:
      return hparams::DATA_TYPE_STRING;
    case Value::kBoolValue:
      return hparams::DATA_TYPE_BOOL;
    default:
      return hparams::DATA_TYPE_UNSET;
  }
}

// The type of all values, text where they have several; those of no type do not count.
hparams::DataType TypeOf(const Values& values) {
  hparams::DataType type = hparams::DATA_TYPE_UNSET;
  for (const Value* const value : values) {
    const hparams::DataType one = TypeOf(*value);
    if (one == hparams::DATA_TYPE_UNSET) continue;
    if (type != hparams::DATA_TYPE_UNSET && type != one) return hparams::DATA_TYPE_STRING;
    type = one;
  }
  return type;
}

// As JSON, without the quotes of texts.
std::string TextOf(const Value& value) {
  if (value.kind_case() == Value::kBoolValue) return value.bool_value() ? "true" : "false";
  if (value.kind_case() == Value::kNumberValue) return FormatDouble(value.number_value());
  std::string text;
  AppendAsciiJson(ToValidUtf8(value.string_value()), text);
  return text.substr(1, text.size() - 2);
}

void DescribeTexts(const Values& values, HParamInfo& info) {
  std::set<std::string> texts;
  for (const Value* const value : values) {
    if (IsShownValue(*value)) texts.insert(TextOf(*value));
  }
  auto& domain = *info.mutable_domain_discrete();
  for (const std::string& text : texts) domain.add_values()->set_string_value(text);
  info.set_differs(texts.size() > 1);
}

// Those of no type count as false, as upstream has it.
void DescribeBools(const Values& values, HParamInfo& info) {
  std::set<bool> bools;
  for (const Value* const value : values) bools.insert(value->bool_value());
  auto& domain = *info.mutable_domain_discrete();
  for (const bool is_true : bools) domain.add_values()->set_bool_value(is_true);
  info.set_differs(bools.size() > 1);
}

// Those of no type count as 0, as upstream has it; NaN differs from everything, and from itself.
void DescribeNumbers(const Values& values, HParamInfo& info) {
  std::set<double> numbers;
  size_t nans = 0;
  for (const Value* const value : values) {
    const double number = value->number_value();
    if (std::isnan(number)) {
      ++nans;
    } else {
      numbers.insert(number);
    }
  }
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  info.mutable_domain_interval()->set_min_value(numbers.empty() ? kNaN : *numbers.begin());
  info.mutable_domain_interval()->set_max_value(numbers.empty() ? kNaN : *numbers.rbegin());
  info.set_differs(numbers.size() + nans > 1);
}

void InferHparams(const std::vector<SessionRun>& sessions, Experiment& experiment) {
  std::map<std::string_view, Values> values;
  for (const SessionRun& session : sessions) {
    for (const auto& [name, value] : session.start->hparams()) values[name].push_back(&value);
  }
  for (const auto& [name, all] : values) {
    const hparams::DataType type = TypeOf(all);
    if (type == hparams::DATA_TYPE_UNSET) continue;
    HParamInfo& info = *experiment.add_hparam_infos();
    info.set_name(std::string(name));
    info.set_type(type);
    if (type == hparams::DATA_TYPE_STRING) DescribeTexts(all, info);
    if (type == hparams::DATA_TYPE_BOOL) DescribeBools(all, info);
    if (type == hparams::DATA_TYPE_FLOAT64) DescribeNumbers(all, info);
  }
}

// The longest of `sessions` that the run is or lies below.
std::optional<std::string_view> SessionOf(const std::set<std::string_view>& sessions,
                                          std::string_view run) {
  while (!sessions.contains(run)) {
    const size_t slash = run.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    run = run.substr(0, slash);
  }
  return run;
}

void InferMetrics(const Snapshot& snapshot, const std::vector<SessionRun>& sessions,
                  Experiment& experiment) {
  std::set<std::string_view> names;
  for (const SessionRun& session : sessions) names.insert(session.name);
  std::set<std::pair<std::string, std::string>> metrics;  // Tag and group.
  // Runs of one kind have the same series, whose description is then the same object.
  std::unordered_map<std::string, std::unordered_set<const SeriesInfo*>> seen;  // By group.
  for (const auto& run : snapshot.runs) {
    const std::string shown = ToValidUtf8(run->name);
    const auto session = SessionOf(names, shown);
    if (!session) continue;
    // backend_context.py takes the root's own metrics for those of a group of that name.
    const std::string group =
        shown == *session ? (shown.ends_with('.') ? "." : "") : shown.substr(session->size() + 1);
    auto& infos = seen[group];
    for (const Series& series : run->series) {
      if (!IsScalarSeries(series) || !infos.insert(series.info.get()).second) continue;
      metrics.emplace(ToValidUtf8(series.info->tag), group);
    }
  }
  for (const auto& [tag, group] : metrics) {
    hparams::MetricName& name = *experiment.add_metric_infos()->mutable_name();
    name.set_tag(tag);
    name.set_group(group);
  }
}

void SortAndCut(int64_t limit, Experiment& experiment) {
  std::vector<HParamInfo> infos(experiment.hparam_infos().begin(), experiment.hparam_infos().end());
  std::ranges::stable_sort(infos, [](const HParamInfo& one, const HParamInfo& other) {
    return std::pair(!one.differs(), std::string_view(one.name())) <
           std::pair(!other.differs(), std::string_view(other.name()));
  });
  const auto size = static_cast<int64_t>(infos.size());
  if (limit != 0) infos.resize(static_cast<size_t>(PythonSlice(size, 0, limit).end));
  experiment.mutable_hparam_infos()->Assign(infos.begin(), infos.end());
}

}  // namespace

bool IsShownValue(const Value& value) {
  if (value.kind_case() == Value::kNumberValue) return std::isfinite(value.number_value());
  return TypeOf(value) != hparams::DATA_TYPE_UNSET;
}

Slice PythonSlice(int64_t size, int64_t begin, int64_t end) {
  const auto bounded = [size](int64_t at) {
    return std::clamp(at < 0 ? at + size : at, int64_t{0}, size);
  };
  const int64_t first = bounded(begin);
  return {first, std::max(first, bounded(end))};
}

std::string MetricRun(std::string_view session, std::string_view group) {
  // As os.path.join has it.
  std::string run(group.starts_with('/') ? "" : session);
  if (!run.empty() && !run.ends_with('/')) run += '/';
  run += group;
  if (run.ends_with('/')) run.pop_back();
  return run;
}

Result<HparamsRuns> ReadHparamsRuns(const Snapshot& snapshot) {
  HparamsRuns runs;
  size_t bytes = 0;
  for (const auto& run : snapshot.runs) {
    if (runs.experiment == nullptr) {
      const auto* const data = ReadContent(*run, kExperimentTag, *runs.arena, bytes);
      if (data != nullptr && data->has_experiment()) runs.experiment = &data->experiment();
    }
    const auto* const start = ReadContent(*run, kStartTag, *runs.arena, bytes);
    if (start == nullptr || !start->has_session_start_info()) continue;
    SessionRun session = {.name = ToValidUtf8(run->name), .start = &start->session_start_info()};
    const auto* const end = ReadContent(*run, kEndTag, *runs.arena, bytes);
    if (end != nullptr && end->has_session_end_info()) session.end = &end->session_end_info();
    runs.sessions.push_back(std::move(session));
    if (bytes > kMaxContentBytes) {
      return Error{Code::kResourceExhausted, "the hyperparameters of all runs have more than " +
                                                 std::to_string(kMaxContentBytes) + " bytes"};
    }
  }
  return runs;
}

Experiment DescribeExperiment(const Snapshot& snapshot, const HparamsRuns& runs,
                              bool include_metrics, int64_t limit) {
  Experiment experiment;
  if (runs.experiment != nullptr) {
    experiment = *runs.experiment;
    if (!include_metrics) experiment.clear_metric_infos();
  } else {
    InferHparams(runs.sessions, experiment);
    if (experiment.hparam_infos_size() > 0 && include_metrics) {
      InferMetrics(snapshot, runs.sessions, experiment);
    }
  }
  SortAndCut(limit, experiment);
  return experiment;
}

google::protobuf::RepeatedPtrField<hparams::MetricInfo> DescribeMetrics(const Snapshot& snapshot,
                                                                        const HparamsRuns& runs) {
  if (runs.experiment != nullptr) return runs.experiment->metric_infos();
  const bool has_hparams = std::ranges::any_of(runs.sessions, [](const SessionRun& session) {
    return std::ranges::any_of(session.start->hparams(), [](const auto& hparam) {
      return TypeOf(hparam.second) != hparams::DATA_TYPE_UNSET;
    });
  });
  Experiment experiment;
  if (has_hparams) InferMetrics(snapshot, runs.sessions, experiment);
  return std::move(*experiment.mutable_metric_infos());
}

}  // namespace stepscope
