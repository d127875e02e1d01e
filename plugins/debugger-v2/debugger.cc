#include "plugins/debugger-v2/debugger.h"

#include "plugins/debugger-v2/compat.h"

namespace stepscope {
namespace {

constexpr Route kCompatRoutes[] = {
    {"runs", CompatDebuggerRuns},
    {"alerts", CompatDebuggerAboutRun},
    {"execution/digests", CompatDebuggerAboutRun},
    {"execution/data", CompatDebuggerAboutRun},
    {"graph_execution/digests", CompatDebuggerAboutRun},
    {"graph_execution/data", CompatDebuggerAboutRun},
    {"graphs/graph_info", CompatDebuggerAboutRun},
    {"graphs/op_info", CompatDebuggerAboutRun},
    {"source_files/list", CompatDebuggerAboutRun},
    {"source_files/file", CompatDebuggerSourceFile},
    {"stack_frames/stack_frames", CompatDebuggerStackFrames},
};

}  // namespace

// Upstream's tab is never active by itself: whoever wants it picks it.
const Plugin kDebuggerV2 = {
    .name = "debugger-v2",
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "Debugger V2", .loading_type = "NG_COMPONENT"},
};

}  // namespace stepscope
