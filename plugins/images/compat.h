// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/image/images_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description", "samples"}}}; samples: the most pictures of a step.
Result<Response> CompatImageTags(const Request& request, const Context& context);
// ?run=&tag=&sample=: [{"wall_time", "step", "query"}, ...] of the steps that have that picture.
Result<Response> CompatImages(const Request& request, const Context& context);
// The query that /images gave: the bytes of the picture.
Result<Response> CompatIndividualImage(const Request& request, const Context& context);

}  // namespace stepscope
