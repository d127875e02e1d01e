#include "plugins/graphs/graphs.h"

#include "plugins/graphs/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "graphs";
constexpr std::string_view kTraceGraphPlugin = "graph_run_metadata_graph";
constexpr std::string_view kTracePlugin = "graph_run_metadata";
constexpr std::string_view kKerasPlugin = "graph_keras_model";
constexpr std::string_view kTaggedRunMetadataPlugin = "graph_tagged_run_metadata";
constexpr std::string_view kReads[] = {kPluginName, kTraceGraphPlugin, kTracePlugin, kKerasPlugin,
                                       kTaggedRunMetadataPlugin};

constexpr Route kCompatRoutes[] = {
    {"info", CompatGraphInfo},
    {"graph", CompatGraph},
    {"run_metadata", CompatRunMetadata},
};

}  // namespace

GraphKind GraphKindOf(const SeriesInfo& info) {
  if (info.kind != SeriesKind::kBlob) return GraphKind::kOther;
  if (info.plugin_name == kPluginName) {
    return info.tag == kRunGraphTag ? GraphKind::kRunGraph : GraphKind::kOther;
  }
  if (info.plugin_name == kTaggedRunMetadataPlugin) return GraphKind::kTaggedRunMetadata;
  // TensorFlow writes the version as a digit where other plugins have a message.
  if (info.plugin_content != "1") return GraphKind::kOther;
  if (info.plugin_name == kTraceGraphPlugin) return GraphKind::kTraceGraph;
  if (info.plugin_name == kTracePlugin) return GraphKind::kTrace;
  if (info.plugin_name == kKerasPlugin) return GraphKind::kKerasModel;
  return GraphKind::kOther;
}

const Plugin kGraphs = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "graphs",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-graph-dashboard",
                       .disable_reload = true},
};

}  // namespace stepscope
