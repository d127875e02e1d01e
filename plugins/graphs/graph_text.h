// Graphs of operations: read, merged, made smaller, and written as the text that TensorBoard's
// clients parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>
#include <tensorboard/graph.pb.h>

#include "base/result.h"

namespace stepscope {

// Of a graph's text. Browsers give up earlier.
inline constexpr uint64_t kMaxGraphTextBytes = 256 << 20;

// RESOURCE_EXHAUSTED, with `what` in the sentence, where a message of these bytes could take too
// much memory.
Status CheckGraphBytes(std::string_view bytes, std::string_view what);
// INVALID_ARGUMENT, with `what` in the sentence, where the bytes are no such message.
// RESOURCE_EXHAUSTED as above.
Status ParseGraphMessage(std::string_view bytes, std::string_view what,
                         google::protobuf::Message& message);

// Protobuf's text format, a field a line, text in UTF-8 and bytes with octal escapes. Entries of a
// map come sorted by key. RESOURCE_EXHAUSTED beyond `max_bytes`.
Result<std::string> GraphMessageText(const google::protobuf::Message& message,
                                     uint64_t max_bytes = kMaxGraphTextBytes);
// Appends the same as part of a text, indented by so many levels, without a bound.
void AppendMessageText(const google::protobuf::Message& message, int depth, std::string& out);

// Attributes of a node that are larger are left out of a graph's text; their names are listed in
// another attribute, `names_key`.
struct AttributeLimit {
  uint64_t max_bytes = 0;
  std::string names_key;
};
// The same text, of the GraphDef that `bytes` are. INVALID_ARGUMENT where they are none.
Result<std::string> GraphText(std::string_view bytes, const std::optional<AttributeLimit>& limit,
                              uint64_t max_bytes = kMaxGraphTextBytes);

// The graphs of a trace's functions, before TensorFlow optimized them, as one graph: a single one
// as it is, of several each with a name scope of its own ("graph_1/", ...). Takes them out of
// `metadata`. INVALID_ARGUMENT where they are of different versions.
Status MergeFunctionGraphs(tensorboard::RunMetadata& metadata, tensorboard::GraphDef& merged);

}  // namespace stepscope
