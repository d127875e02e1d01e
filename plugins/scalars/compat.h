// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/scalar/scalars_plugin.py), answered as its Python loader does.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description"}}}; runs without scalars are left out.
Result<Response> CompatTags(const Request& request, const Context& context);
// ?run=&tag=&format=json|csv: [[wall_time, step, value], ...].
Result<Response> CompatScalars(const Request& request, const Context& context);
// POST form tag=&runs=&runs=: {run: [[wall_time, step, value], ...]}.
Result<Response> CompatScalarsMultirun(const Request& request, const Context& context);

}  // namespace stepscope
