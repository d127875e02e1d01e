#include "plugins/graphs/graph_text.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <google/protobuf/arena.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include "plugins/graphs/node_text.h"
#include "wire/proto_reader.h"

namespace stepscope {
namespace {

// Of a message that is parsed. Those with weights inside are what comes near.
constexpr uint64_t kMaxGraphBytes = 64 << 20;

// Of one that holds no long text: an empty node has two bytes and takes a hundred in memory, so
// that a gigabyte is all that one can take. TensorFlow's largest graphs have a million nodes.
constexpr uint64_t kMaxGraphNodes = 4 << 20;

constexpr uint32_t kNodeField = 1;  // Of a GraphDef.

// The nodes and functions, at most one more than the limit.
uint64_t CountNodes(std::string_view bytes) {
  uint64_t nodes = 0;
  ProtoReader fields(std::as_bytes(std::span(bytes)));
  for (ProtoField field; nodes <= kMaxGraphNodes && fields.Next(field);) ++nodes;
  return nodes;
}

// A string that takes so much and no more.
class BoundedStringStream final : public google::protobuf::io::ZeroCopyOutputStream {
 public:
  BoundedStringStream(std::string& out, uint64_t max_bytes)
      : stream_(&out), max_bytes_(max_bytes) {}

  bool Next(void** data, int* size) override {
    if (static_cast<uint64_t>(stream_.ByteCount()) >= max_bytes_) return false;
    return stream_.Next(data, size);
  }
  void BackUp(int count) override { stream_.BackUp(count); }
  int64_t ByteCount() const override { return stream_.ByteCount(); }

 private:
  google::protobuf::io::StringOutputStream stream_;
  const uint64_t max_bytes_;
};

std::unique_ptr<google::protobuf::TextFormat::Printer> MakePrinter(int depth) {
  auto printer = std::make_unique<google::protobuf::TextFormat::Printer>();
  printer->SetUseUtf8StringEscaping(true);
  printer->SetHideUnknownFields(true);  // As upstream, whose clients know no numbers.
  printer->SetInitialIndentLevel(depth);
  return printer;
}

Error TooLong(uint64_t max_bytes) {
  return {Code::kResourceExhausted,
          "the text has more than the limit of " + std::to_string(max_bytes) +
              " bytes; limit_attr_size=1024&large_attrs_key=_too_large_attrs leaves out "
              "large attributes of a graph"};
}

Error NoSuchMessage(std::string_view what) {
  return {Code::kInvalidArgument, "the stored bytes are no " + std::string(what)};
}

// Takes away every attribute that is larger than the limit and lists their names in another one, by
// name.
void DropLargeAttributes(const AttributeLimit& limit, tensorboard::NodeDef& node) {
  auto& attributes = *node.mutable_attr();
  std::vector<std::string> large;
  for (const auto& [key, value] : attributes) {
    if (value.ByteSizeLong() > limit.max_bytes) large.push_back(key);
  }
  std::ranges::sort(large);
  for (const std::string& key : large) {
    attributes.erase(key);
    attributes[limit.names_key].mutable_list()->add_s(key);
  }
}

// Of a node's bytes, `node { ... }`.
Status AppendNodeText(std::span<const std::byte> bytes, const std::optional<AttributeLimit>& limit,
                      std::string& text) {
  const size_t begin = text.size();
  if (AppendUsualNodeText(bytes, limit ? limit->max_bytes : UINT64_MAX, text)) return {};
  text.resize(begin);
  tensorboard::NodeDef node;
  if (!node.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return NoSuchMessage("GraphDef");
  }
  if (limit) DropLargeAttributes(*limit, node);
  text += "node {\n";
  AppendMessageText(node, 1, text);
  text += "}\n";
  return {};
}

// Adds a copy of `graph` whose names no other graph has (tensorboard/plugins/graph/graph_util.py).
void AddWithPrefix(const std::string& prefix, const tensorboard::GraphDef& graph,
                   tensorboard::GraphDef& merged) {
  const std::string scope = prefix + '/';
  const std::string word = prefix + '_';
  for (const tensorboard::NodeDef& node : graph.node()) {
    tensorboard::NodeDef& copy = *merged.add_node();
    copy = node;
    copy.set_name(scope + node.name());
    for (std::string& input : *copy.mutable_input()) input.insert(0, scope);
    if (copy.op() == "PartitionedCall") {
      std::string& function = *(*copy.mutable_attr())["f"].mutable_func()->mutable_name();
      function.insert(0, word);
    }
  }
  for (const tensorboard::FunctionDef& function : graph.library().function()) {
    tensorboard::FunctionDef& copy = *merged.mutable_library()->add_function();
    copy = function;
    copy.mutable_signature()->mutable_name()->insert(0, word);
  }
  for (const tensorboard::GradientDef& gradient : graph.library().gradient()) {
    tensorboard::GradientDef& copy = *merged.mutable_library()->add_gradient();
    copy = gradient;
    copy.mutable_function_name()->insert(0, word);
    copy.mutable_gradient_func()->insert(0, word);
  }
}

}  // namespace

Status CheckGraphBytes(std::string_view bytes, std::string_view what) {
  if (bytes.size() > kMaxGraphBytes) {
    return Error{Code::kResourceExhausted,
                 "the " + std::string(what) + " has " + std::to_string(bytes.size()) +
                     " bytes, which is more than the limit of " + std::to_string(kMaxGraphBytes)};
  }
  if (CountNodes(bytes) > kMaxGraphNodes) {
    return Error{Code::kResourceExhausted, "the " + std::string(what) + " has more than " +
                                               std::to_string(kMaxGraphNodes) + " nodes"};
  }
  return {};
}

Status ParseGraphMessage(std::string_view bytes, std::string_view what,
                         google::protobuf::Message& message) {
  RETURN_IF_ERROR(CheckGraphBytes(bytes, what));
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return NoSuchMessage(what);
  }
  return {};
}

Result<std::string> GraphMessageText(const google::protobuf::Message& message, uint64_t max_bytes) {
  std::string text;
  BoundedStringStream stream(text, max_bytes);
  if (!MakePrinter(0)->Print(message, &stream) || text.size() > max_bytes)
    return TooLong(max_bytes);
  return text;
}

void AppendMessageText(const google::protobuf::Message& message, int depth, std::string& out) {
  std::string text;
  MakePrinter(depth)->PrintToString(message, &text);
  out += text;
}

Result<std::string> GraphText(std::string_view bytes, const std::optional<AttributeLimit>& limit,
                              uint64_t max_bytes) {
  std::string text;
  text.reserve(std::min<uint64_t>(2 * bytes.size(), max_bytes));  // Of usual nodes.
  std::string rest;  // Has higher numbers than the nodes and is printed behind them.
  ProtoReader fields(std::as_bytes(std::span(bytes)));
  ProtoField field;
  for (const auto* begin = fields.rest().data(); fields.Next(field); begin = fields.rest().data()) {
    if (field.Is(kNodeField, WireType::kBytes)) {
      RETURN_IF_ERROR(AppendNodeText(field.bytes, limit, text));
      if (text.size() > max_bytes) return TooLong(max_bytes);
    } else {
      rest.append(reinterpret_cast<const char*>(begin),
                  static_cast<size_t>(fields.rest().data() - begin));
    }
  }
  if (!fields.ok()) return NoSuchMessage("GraphDef");
  if (!rest.empty()) {
    google::protobuf::Arena arena;
    auto& graph = *google::protobuf::Arena::CreateMessage<tensorboard::GraphDef>(&arena);
    RETURN_IF_ERROR(ParseGraphMessage(rest, "GraphDef", graph));
    ASSIGN_OR_RETURN(const std::string rest_text, GraphMessageText(graph, max_bytes));
    text += rest_text;
    if (text.size() > max_bytes) return TooLong(max_bytes);
  }
  return text;
}

Status MergeFunctionGraphs(tensorboard::RunMetadata& metadata, tensorboard::GraphDef& merged) {
  auto& functions = *metadata.mutable_function_graphs();
  if (functions.empty()) return {};
  if (functions.size() == 1) {
    merged = std::move(*functions[0].mutable_pre_optimization_graph());
    return {};
  }
  const tensorboard::VersionDef& versions = functions[0].pre_optimization_graph().versions();
  if (versions.producer() != 0) *merged.mutable_versions() = versions;
  for (int i = 0; i < functions.size(); ++i) {
    const tensorboard::GraphDef& graph = functions[i].pre_optimization_graph();
    if (graph.versions().producer() != versions.producer()) {
      return Error{Code::kInvalidArgument, "Cannot combine GraphDefs of different versions."};
    }
    AddWithPrefix("graph_" + std::to_string(i + 1), graph, merged);
  }
  return {};
}

}  // namespace stepscope
