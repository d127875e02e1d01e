// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/custom_scalar/custom_scalars_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// All runs' layouts as one message in JSON, {} where there is none.
Result<Response> CompatLayout(const Request& request, const Context& context);
// ?run=&tag=, a regular expression: {"regex_valid", "tag_to_events": {tag: [[wall_time, step,
// value], ...]}} of all tags whose beginning it matches.
Result<Response> CompatCustomScalars(const Request& request, const Context& context);
// ?run=&tag=&format=json|csv: as the scalars dashboard's /scalars.
Result<Response> CompatCustomScalarsDownload(const Request& request, const Context& context);

}  // namespace stepscope
