// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/pr_curve/pr_curves_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description"}}}.
Result<Response> CompatPrCurveTags(const Request& request, const Context& context);
// ?run=&run=&tag=: {run: [{"wall_time", "step", "precision", "recall", ...}, ...]}.
Result<Response> CompatPrCurves(const Request& request, const Context& context);

}  // namespace stepscope
