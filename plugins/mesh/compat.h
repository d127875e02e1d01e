// TensorBoard's own routes of this dashboard (reference: tensorboard/plugins/mesh/mesh_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"samples"}}}; samples: the size of the batch.
Result<Response> CompatMeshTags(const Request& request, const Context& context);
// ?run=&tag=: [{"wall_time", "step", "content_type", ...}, ...], one entry a part and step.
Result<Response> CompatMeshes(const Request& request, const Context& context);
// ?run=&tag=&sample=&step=&content_type=VERTEX|FACE|COLOR: the numbers, little-endian.
Result<Response> CompatMeshData(const Request& request, const Context& context);

}  // namespace stepscope
