// The nodes of a graph as protobuf's text format has them, straight from their bytes: they are
// nearly all of a graph, and messages in between would take ten times as long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace stepscope {

// Appends `node { ... }` of the NodeDef that `bytes` are, as GraphMessageText() would write it.
// False where the node is not as they usually are, or holds an attribute of more than
// `max_attribute_bytes`: what was appended then means nothing, and the general printer can do it.
bool AppendUsualNodeText(std::span<const std::byte> bytes, uint64_t max_attribute_bytes,
                         std::string& out);

}  // namespace stepscope
