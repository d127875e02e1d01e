// GET /api/scalars/export: every point of one series as a download.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// ?run=&tag=&format=csv|json&attempts=latest|all&offset=&limit=: `wall_time,step,value`, as an
// attachment. A series too long for one answer is asked for in parts.
Result<Response> ExportSeries(const Request& request, const Context& context);

}  // namespace stepscope
