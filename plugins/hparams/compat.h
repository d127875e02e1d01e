// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/hparams/hparams_plugin.py). Requests are messages of proto/tensorboard/
// hparams.proto in JSON: the body of a POST, whatever type it says it is, or ?request=.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// GetExperimentRequest: Experiment.
Result<Response> CompatExperiment(const Request& request, const Context& context);
// ListSessionGroupsRequest: ListSessionGroupsResponse.
Result<Response> CompatSessionGroups(const Request& request, const Context& context);
// ListMetricEvalsRequest: [[wall_time, step, value], ...].
Result<Response> CompatMetricEvals(const Request& request, const Context& context);
// ?format=json|csv|latex&columnsVisibility=, a list of bools, with a ListSessionGroupsRequest.
Result<Response> CompatHparamsDownload(const Request& request, const Context& context);

}  // namespace stepscope
