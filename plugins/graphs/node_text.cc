#include "plugins/graphs/node_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/graphs/graph_text.h"

namespace stepscope {
namespace {

using tensorboard::AttrValue;
using tensorboard::TensorShapeProto;

// Two blanks for each level of `depth`.
std::string_view Indent(int depth) {
  constexpr std::string_view kBlanks = "                ";
  return kBlanks.substr(0, 2 * static_cast<size_t>(depth));
}

void AppendNumber(int64_t number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

// Whether quotes around the text are all that it needs.
bool IsPlain(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\'; });
}

// Each of these writes one field, or says false, and then nothing: the general printer can.
bool AppendText(int depth, std::string_view name, std::string_view text, std::string& out) {
  if (!IsPlain(text)) return false;
  out += Indent(depth);
  out += name;
  out += ": \"";
  out += text;
  out += "\"\n";
  return true;
}

bool AppendWord(int depth, std::string_view name, std::string_view word, std::string& out) {
  out += Indent(depth);
  out += name;
  out += ": ";
  out += word;
  out += '\n';
  return true;
}

bool AppendInteger(int depth, std::string_view name, int64_t number, std::string& out) {
  out += Indent(depth);
  out += name;
  out += ": ";
  AppendNumber(number, out);
  out += '\n';
  return true;
}

bool AppendType(int depth, tensorboard::DataType type, std::string& out) {
  return tensorboard::DataType_IsValid(type) &&
         AppendWord(depth, "type", tensorboard::DataType_Name(type), out);
}

void Open(int depth, std::string_view name, std::string& out) {
  out += Indent(depth);
  out += name;
  out += " {\n";
}

void Close(int depth, std::string& out) {
  out += Indent(depth);
  out += "}\n";
}

bool AppendShape(int depth, const TensorShapeProto& shape, std::string& out) {
  for (const TensorShapeProto::Dim& dim : shape.dim()) {
    if (!dim.name().empty()) return false;
  }
  Open(depth, "shape", out);
  for (const TensorShapeProto::Dim& dim : shape.dim()) {
    Open(depth + 1, "dim", out);
    if (dim.size() != 0) AppendInteger(depth + 2, "size", dim.size(), out);
    Close(depth + 1, out);
  }
  if (shape.unknown_rank()) AppendWord(depth + 1, "unknown_rank", "true", out);
  Close(depth, out);
  return true;
}

bool AppendList(int depth, const AttrValue::ListValue& list, std::string& out) {
  if (list.f_size() + list.tensor_size() + list.func_size() > 0) return false;
  Open(depth, "list", out);
  for (const std::string& text : list.s()) {
    if (!AppendText(depth + 1, "s", text, out)) return false;
  }
  for (const int64_t number : list.i()) AppendInteger(depth + 1, "i", number, out);
  for (const bool flag : list.b()) AppendWord(depth + 1, "b", flag ? "true" : "false", out);
  for (const int type : list.type()) {
    if (!AppendType(depth + 1, static_cast<tensorboard::DataType>(type), out)) return false;
  }
  for (const TensorShapeProto& shape : list.shape()) {
    if (!AppendShape(depth + 1, shape, out)) return false;
  }
  Close(depth, out);
  return true;
}

bool AppendUsualValue(int depth, const AttrValue& value, std::string& out) {
  switch (value.value_case()) {
    case AttrValue::kS:
      return AppendText(depth, "s", value.s(), out);
    case AttrValue::kI:
      return AppendInteger(depth, "i", value.i(), out);
    case AttrValue::kB:
      return AppendWord(depth, "b", value.b() ? "true" : "false", out);
    case AttrValue::kType:
      return AppendType(depth, value.type(), out);
    case AttrValue::kShape:
      return AppendShape(depth, value.shape(), out);
    case AttrValue::kList:
      return AppendList(depth, value.list(), out);
    case AttrValue::VALUE_NOT_SET:
      return true;
    case AttrValue::kF:
    case AttrValue::kTensor:
    case AttrValue::kFunc:
    case AttrValue::kPlaceholder:
      return false;
  }
  return false;
}

bool AppendUsualNode(const tensorboard::NodeDef& node, std::string& out) {
  if (node.has_experimental_debug_info() || node.has_experimental_type()) return false;
  Open(0, "node", out);
  const auto append = [&](std::string_view name, const std::string& text) {
    return text.empty() || AppendText(1, name, text, out);
  };
  if (!append("name", node.name()) || !append("op", node.op())) return false;
  for (const std::string& input : node.input()) {
    if (!AppendText(1, "input", input, out)) return false;
  }
  if (!append("device", node.device())) return false;
  std::vector<std::pair<std::string_view, const AttrValue*>> attributes;
  for (const auto& [key, value] : node.attr()) attributes.emplace_back(key, &value);
  std::ranges::sort(attributes);
  for (const auto& [key, value] : attributes) {
    Open(1, "attr", out);
    if (!AppendText(2, "key", key, out)) return false;
    Open(2, "value", out);
    const size_t begin = out.size();
    if (!AppendUsualValue(3, *value, out)) {
      out.resize(begin);
      AppendMessageText(*value, 3, out);
    }
    Close(2, out);
    Close(1, out);
  }
  Close(0, out);
  return true;
}

}  // namespace

void AppendNodeText(const tensorboard::NodeDef& node, std::string& out) {
  const size_t begin = out.size();
  if (AppendUsualNode(node, out)) return;
  out.resize(begin);
  Open(0, "node", out);
  AppendMessageText(node, 1, out);
  Close(0, out);
}

}  // namespace stepscope
