// Lifts the shapes that values had over the years into one: every value has a tag, a plugin, a kind
// of series. What the rules are, and where they come from, is written at each of them.
//
// Bytes are not rewritten here: a reference to a value holds the value as it lies in the file, and
// its plugin reads old and new shapes. What a reference points at:
//   plugin "graphs"                         a serialized GraphDef
//   plugin "graph_tagged_run_metadata"      a serialized RunMetadata
//   plugin kMetaGraphPlugin                 a serialized MetaGraphDef
//   every other                             a serialized Summary.Value
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/snapshot.h"
#include "wire/event_view.h"

namespace stepscope {

// tensorboard/plugins/graph/metadata.py.
constexpr std::string_view kRunGraphTag = "__run_graph__";
constexpr std::string_view kRunGraphPlugin = "graphs";
constexpr std::string_view kTaggedRunMetadataPlugin = "graph_tagged_run_metadata";
// Ours: no route of TensorBoard's shows a meta graph (event-files.md 6.10).
constexpr std::string_view kMetaGraphTag = "__meta_graph__";
constexpr std::string_view kMetaGraphPlugin = "stepscope_meta_graph";

// What the first value of a tag says about its series. `metadata` is the value's, parsed; empty
// metadata where it has none. Nothing for a value that says nothing at all.
std::optional<SeriesInfo> DescribeFirstValue(const ValueView& value, const MetadataView& metadata);

// Whether a value of this kind can continue the series (for scalars: if it holds one number).
bool Fits(const SeriesInfo& info, ValueKind kind);

// Series that are not made of summary values.
SeriesInfo DescribeRunGraph();
SeriesInfo DescribeMetaGraph();
SeriesInfo DescribeTaggedRunMetadata(std::string_view tag);

// "brain.Event:2" is 2; NaN for what is no number, which counts as older than 2.
double ParseFileVersion(std::string_view text);

}  // namespace stepscope
