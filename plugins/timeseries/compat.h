// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/metrics/metrics_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {"scalars": {"runTagInfo", "tagDescriptions"}, "histograms": {the same}, "images":
// {"tagDescriptions", "tagRunSampledInfo"}}.
Result<Response> CompatTimeseriesTags(const Request& request, const Context& context);
// POST form requests=, or GET ?requests=: a JSON list of {"plugin", "tag", "run"?, "sample"?}, and
// for each an answer with "runToSeries" or "error".
Result<Response> CompatTimeseries(const Request& request, const Context& context);
// ?imageId=: the bytes of the picture.
Result<Response> CompatImageData(const Request& request, const Context& context);

}  // namespace stepscope
