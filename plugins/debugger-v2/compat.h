// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/debugger_v2/debugger_v2_plugin.py). No run of the debugger is known, so that
// all but the list of runs say what is wrong with the question.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {"start_time"}}.
Result<Response> CompatDebuggerRuns(const Request& request, const Context& context);
// ?run=...: 400.
Result<Response> CompatDebuggerAboutRun(const Request& request, const Context& context);
// ?run=&index=: 400.
Result<Response> CompatDebuggerSourceFile(const Request& request, const Context& context);
// ?run=&stack_frame_ids=: 400.
Result<Response> CompatDebuggerStackFrames(const Request& request, const Context& context);

}  // namespace stepscope
