// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/distribution/distributions_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description"}}} of the histograms.
Result<Response> CompatDistributionTags(const Request& request, const Context& context);
// ?run=&tag=: [[wall_time, step, [[basis_point, value] x 9]], ...].
Result<Response> CompatDistributions(const Request& request, const Context& context);

}  // namespace stepscope
