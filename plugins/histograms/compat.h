// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/histogram/histograms_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description"}}}.
Result<Response> CompatHistogramTags(const Request& request, const Context& context);
// ?run=&tag=: [[wall_time, step, [[left, right, count], ...]], ...].
Result<Response> CompatHistograms(const Request& request, const Context& context);

}  // namespace stepscope
