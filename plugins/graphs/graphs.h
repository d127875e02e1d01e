// The graphs dashboard: graphs of operations, what a run of them took, and Keras models.
// Reference: tensorboard/plugins/graph.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kGraphs;

// What a series of graphs is, which its plugin name says.
enum class GraphKind : uint8_t {
  kRunGraph,           // A GraphDef, the run's own.
  kTraceGraph,         // A RunMetadata with graphs of functions.
  kTrace,              // The same, with times and memory.
  kKerasModel,         // A model as Keras writes it: JSON.
  kTaggedRunMetadata,  // A RunMetadata with times and memory alone.
  kOther,
};
// kOther also where the plugin's content is one that nobody knows how to read.
GraphKind GraphKindOf(const SeriesInfo& info);

inline constexpr std::string_view kRunGraphTag = "__run_graph__";

}  // namespace stepscope
