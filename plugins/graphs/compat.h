// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/graph/graphs_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {"run", "tags": {tag: {"tag", "conceptual_graph", "op_graph", "profile"}}, "run_graph"}}.
Result<Response> CompatGraphInfo(const Request& request, const Context& context);
// ?run=[&tag=][&conceptual=true][&limit_attr_size=&large_attrs_key=]: a GraphDef as text.
Result<Response> CompatGraph(const Request& request, const Context& context);
// ?run=&tag=: a RunMetadata as text.
Result<Response> CompatRunMetadata(const Request& request, const Context& context);

}  // namespace stepscope
