// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/projector/projector_plugin.py). What cannot be answered is 400 there, with a
// sentence alone, and so it is here.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// [run, ...].
Result<Response> CompatProjectorRuns(const Request& request, const Context& context);
// ?run=: the configuration as JSON.
Result<Response> CompatProjectorInfo(const Request& request, const Context& context);
// ?run=&name=[&num_rows=]: little-endian float32, row by row.
Result<Response> CompatProjectorTensor(const Request& request, const Context& context);
// ?run=&name=[&num_rows=]: the labels' lines as they are in their file.
Result<Response> CompatProjectorMetadata(const Request& request, const Context& context);
// ?run=&name=: the file as it is.
Result<Response> CompatProjectorBookmarks(const Request& request, const Context& context);
Result<Response> CompatProjectorSprite(const Request& request, const Context& context);

}  // namespace stepscope
