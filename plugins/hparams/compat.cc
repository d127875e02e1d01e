#include "plugins/hparams/compat.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin/compat_answer.h"
#include "plugin/proto_json.h"
#include "plugin/scalar_series.h"
#include "plugins/hparams/download.h"
#include "plugins/hparams/experiment.h"
#include "plugins/hparams/session_groups.h"

namespace stepscope {
namespace {

template <typename Message>
Result<Message> ParseRequest(const Request& request) {
  // Upstream's framework takes a form's body away, so that its answer is 400.
  const std::string_view text = request.method == Method::kPost
                                    ? std::string_view(request.body)
                                    : request.Query("request").value_or("");
  Message message;
  RETURN_IF_ERROR(ParseProtoJson(text, message));
  return message;
}

template <typename AnyRequest>
bool IncludesMetrics(const AnyRequest& request) {
  return !request.has_include_metrics() || request.include_metrics();
}

Response ProtoResponse(const google::protobuf::Message& message) {
  std::string body;
  AppendProtoJson(message, body);
  return JsonResponse(std::move(body));
}

// What Python holds for true.
bool IsTrue(const nlohmann::json& value) {
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return !value.empty() && value != nlohmann::json(false) && value != nlohmann::json(0);
}

}  // namespace

Result<Response> CompatExperiment(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto asked, ParseRequest<hparams::GetExperimentRequest>(request));
  ASSIGN_OR_RETURN(const HparamsRuns runs, ReadHparamsRuns(context.snapshot));
  return ProtoResponse(
      DescribeExperiment(context.snapshot, runs, IncludesMetrics(asked), asked.hparams_limit()));
}

Result<Response> CompatSessionGroups(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto asked, ParseRequest<hparams::ListSessionGroupsRequest>(request));
  ASSIGN_OR_RETURN(const HparamsRuns runs, ReadHparamsRuns(context.snapshot));
  ASSIGN_OR_RETURN(const auto* groups, ListSessionGroups(asked, runs, context, *runs.arena));
  return ProtoResponse(*groups);
}

Result<Response> CompatMetricEvals(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto asked, ParseRequest<hparams::ListMetricEvalsRequest>(request));
  const hparams::MetricName& metric = asked.metric_name();
  return CompatScalarsResponse(MetricRun(asked.session_name(), metric.group()), metric.tag(),
                               /*format=*/std::nullopt, context);
}

Result<Response> CompatHparamsDownload(const Request& request, const Context& context) {
  const auto visibility = nlohmann::json::parse(request.Query("columnsVisibility").value_or(""),
                                                nullptr, /*allow_exceptions=*/false);
  if (!visibility.is_array()) {
    return Error{Code::kInvalidArgument, "'columnsVisibility' must be a JSON list of bools"};
  }
  std::vector<bool> visible;
  for (const auto& value : visibility) visible.push_back(IsTrue(value));
  ASSIGN_OR_RETURN(const auto asked, ParseRequest<hparams::ListSessionGroupsRequest>(request));
  ASSIGN_OR_RETURN(const HparamsRuns runs, ReadHparamsRuns(context.snapshot));
  ASSIGN_OR_RETURN(const auto* groups, ListSessionGroups(asked, runs, context, *runs.arena));
  const hparams::Experiment experiment =
      DescribeExperiment(context.snapshot, runs, IncludesMetrics(asked), /*limit=*/0);
  return TableResponse(experiment, *groups, request.Query("format"), visible);
}

}  // namespace stepscope
