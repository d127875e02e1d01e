// The nodes of a graph as protobuf's text format has them, many times as fast as by reflection:
// they are nearly all of a graph's text.
#pragma once

#include <string>

#include <tensorboard/graph.pb.h>

namespace stepscope {

// Appends `node { ... }`, as GraphMessageText() would write it.
void AppendNodeText(const tensorboard::NodeDef& node, std::string& out);

}  // namespace stepscope
