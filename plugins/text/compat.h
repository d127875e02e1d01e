// TensorBoard's own routes of this dashboard (reference: tensorboard/plugins/text/text_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: [tag, ...]}.
Result<Response> CompatTextTags(const Request& request, const Context& context);
// ?run=&tag=&markdown=: [{"wall_time", "step", "text"}, ...]; [] for what is not there.
Result<Response> CompatText(const Request& request, const Context& context);

}  // namespace stepscope
