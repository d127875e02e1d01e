#include "plugins/graphs/node_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include <tensorboard/graph.pb.h>

#include "plugins/graphs/graph_text.h"
#include "wire/proto_reader.h"

namespace stepscope {
namespace {

using Bytes = std::span<const std::byte>;

// Two blanks for each level of `depth`.
std::string_view Indent(int depth) {
  constexpr std::string_view kBlanks = "                ";
  return kBlanks.substr(0, 2 * static_cast<size_t>(depth));
}

// Whether quotes around the text are all that it needs. Without an early end, so that many
// characters are looked at in one instruction.
bool IsPlain(std::string_view text) {
  uint32_t others = 0;
  for (const char c : text) {
    others |= static_cast<uint32_t>((c < ' ') | (c > '~') | (c == '"') | (c == '\'') | (c == '\\'));
  }
  return others == 0;
}

// Each of these writes one field, or says false where it cannot.
bool AppendWord(int depth, std::string_view name, std::string_view word, std::string& out) {
  out += Indent(depth);
  out += name;
  out += ": ";
  out += word;
  out += '\n';
  return true;
}

// What lies before the text is one piece, for most lines of a graph are texts.
bool AppendQuoted(std::string_view until_text, std::string_view text, std::string& out) {
  if (!IsPlain(text)) return false;
  out += until_text;
  out += text;
  out += "\"\n";
  return true;
}

bool AppendText(int depth, std::string_view name, std::string_view text, std::string& out) {
  out += Indent(depth);
  out += name;
  return AppendQuoted(": \"", text, out);
}

bool AppendInteger(int depth, std::string_view name, int64_t number, std::string& out) {
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  return AppendWord(depth, name, {digits, end}, out);
}

// Six digits, and nine where those are another number.
bool AppendFloat(int depth, std::string_view name, float number, std::string& out) {
  if (!std::isfinite(number)) return false;
  char digits[32];
  for (const int precision : {6, 9}) {
    const char* const end = std::to_chars(digits, digits + sizeof(digits), number,
                                          std::chars_format::general, precision)
                                .ptr;
    float parsed = 0;
    const bool is_number = std::from_chars(digits, end, parsed).ec == std::errc();
    if (is_number && parsed == number) return AppendWord(depth, name, {digits, end}, out);
  }
  return false;
}

bool AppendType(int depth, uint64_t number, std::string& out) {
  const int type = static_cast<int>(number);  // As protobuf reads it.
  return tensorboard::DataType_IsValid(type) &&
         AppendWord(depth, "type",
                    tensorboard::DataType_Name(static_cast<tensorboard::DataType>(type)), out);
}

bool AppendFlag(int depth, std::string_view name, bool flag, std::string& out) {
  return AppendWord(depth, name, flag ? "true" : "false", out);
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

// Fields in the order of their numbers, which is how they are written and how they are printed.
class OrderedFields {
 public:
  explicit OrderedFields(Bytes message) : fields_(message) {}

  bool Next(ProtoField& field) {
    const uint32_t last = field.number;
    if (!fields_.Next(field)) return false;
    is_ordered_ &= field.number >= last;
    is_new_ = field.number > last;
    return true;
  }
  // Whether the message so far was one, and in order.
  bool ok() const { return fields_.ok() && is_ordered_; }
  // Whether this is the first field of its number.
  bool is_new() const { return is_new_; }

 private:
  ProtoReader fields_;
  bool is_ordered_ = true;
  bool is_new_ = true;
};

bool AppendDimension(int depth, Bytes dimension, std::string& out) {
  Open(depth, "dim", out);
  OrderedFields fields(dimension);
  for (ProtoField field; fields.Next(field);) {
    if (!field.Is(1, WireType::kVarint) || !fields.is_new()) return false;
    if (field.scalar != 0) AppendInteger(depth + 1, "size", field.AsInt64(), out);
  }
  Close(depth, out);
  return fields.ok();
}

bool AppendShape(int depth, Bytes shape, std::string& out) {
  Open(depth, "shape", out);
  OrderedFields fields(shape);
  for (ProtoField field; fields.Next(field);) {
    if (field.Is(2, WireType::kBytes)) {
      if (!AppendDimension(depth + 1, field.bytes, out)) return false;
    } else if (field.Is(3, WireType::kVarint) && fields.is_new()) {
      if (field.AsBool()) AppendFlag(depth + 1, "unknown_rank", true, out);
    } else {
      return false;
    }
  }
  Close(depth, out);
  return fields.ok();
}

// Numbers of a list, which are packed: one that is not has no smallest size.
bool AppendNumbers(int depth, const ProtoField& field, std::string& out) {
  ProtoReader packed(field.bytes);
  uint64_t number = 0;
  switch (field.number) {
    case 3:
      while (packed.NextVarint(number)) {
        AppendInteger(depth, "i", static_cast<int64_t>(number), out);
      }
      return packed.ok();
    case 4:
      while (packed.NextFixed32(number)) {
        const auto value = std::bit_cast<float>(static_cast<uint32_t>(number));
        if (!AppendFloat(depth, "f", value, out)) return false;
      }
      return packed.ok();
    case 5:
      while (packed.NextVarint(number)) AppendFlag(depth, "b", number != 0, out);
      return packed.ok();
    case 6:
      while (packed.NextVarint(number)) {
        if (!AppendType(depth, number, out)) return false;
      }
      return packed.ok();
    default:
      return false;
  }
}

bool AppendList(int depth, Bytes list, std::string& out) {
  Open(depth, "list", out);
  OrderedFields fields(list);
  for (ProtoField field; fields.Next(field);) {
    if (field.type != WireType::kBytes) return false;
    const bool is_done = field.number == 2   ? AppendText(depth + 1, "s", field.AsString(), out)
                         : field.number == 7 ? AppendShape(depth + 1, field.bytes, out)
                                             : AppendNumbers(depth + 1, field, out);
    if (!is_done) return false;
  }
  Close(depth, out);
  return fields.ok();
}

bool AppendValueField(int depth, const ProtoField& field, std::string& out) {
  if (field.Is(1, WireType::kBytes)) return AppendList(depth, field.bytes, out);
  if (field.Is(2, WireType::kBytes)) return AppendText(depth, "s", field.AsString(), out);
  if (field.Is(3, WireType::kVarint)) return AppendInteger(depth, "i", field.AsInt64(), out);
  if (field.Is(4, WireType::kFixed32)) return AppendFloat(depth, "f", field.AsFloat(), out);
  if (field.Is(5, WireType::kVarint)) return AppendFlag(depth, "b", field.AsBool(), out);
  if (field.Is(6, WireType::kVarint)) return AppendType(depth, field.scalar, out);
  if (field.Is(7, WireType::kBytes)) return AppendShape(depth, field.bytes, out);
  return false;
}

bool AppendValue(int depth, Bytes value, std::string& out) {
  ProtoReader fields(value);
  ProtoField field;
  if (!fields.Next(field)) return fields.ok();  // None of all.
  return AppendValueField(depth, field, out) && fields.rest().empty();
}

struct Attribute {
  std::string_view key;
  Bytes value;
};

// Of a usual node: TensorFlow's operations have a dozen at most.
constexpr size_t kMaxAttributes = 32;

// A map's entry, which always has both of its parts.
bool ReadAttribute(Bytes entry, Attribute& attribute) {
  OrderedFields fields(entry);
  ProtoField field;
  if (!fields.Next(field) || !field.Is(1, WireType::kBytes)) return false;
  attribute.key = field.AsString();
  if (!fields.Next(field) || !field.Is(2, WireType::kBytes)) return false;
  attribute.value = field.bytes;
  return !fields.Next(field) && fields.ok();
}

// A value of the less usual kinds: tensors, functions, texts with quotes.
bool AppendAnyValue(int depth, Bytes value, std::string& out) {
  tensorboard::AttrValue message;
  if (!message.ParseFromArray(value.data(), static_cast<int>(value.size()))) return false;
  AppendMessageText(message, depth, out);
  return true;
}

// In the order of their keys, as the general printer has them.
bool AppendAttributes(std::span<Attribute> attributes, std::string& out) {
  std::ranges::sort(attributes, {}, &Attribute::key);
  const bool has_twins =
      std::ranges::adjacent_find(attributes, {}, &Attribute::key) != attributes.end();
  if (has_twins) return false;
  for (const auto& [key, value] : attributes) {
    if (!AppendQuoted("  attr {\n    key: \"", key, out)) return false;
    out += "    value {\n";
    const size_t begin = out.size();
    if (!AppendValue(3, value, out)) {
      out.resize(begin);
      if (!AppendAnyValue(3, value, out)) return false;
    }
    out += "    }\n  }\n";
  }
  return true;
}

}  // namespace

bool AppendUsualNodeText(Bytes bytes, uint64_t max_attribute_bytes, std::string& out) {
  std::array<Attribute, kMaxAttributes> attributes;
  size_t attribute_count = 0;
  out += "node {\n";
  OrderedFields fields(bytes);
  for (ProtoField field; fields.Next(field);) {
    constexpr std::string_view kUntilText[] = {"", "  name: \"", "  op: \"", "  input: \"",
                                               "  device: \""};
    if (field.type != WireType::kBytes) return false;
    if (field.number == 5) {
      if (attribute_count == kMaxAttributes) return false;
      Attribute& attribute = attributes[attribute_count++];
      if (!ReadAttribute(field.bytes, attribute)) return false;
      if (attribute.value.size() > max_attribute_bytes) return false;
      continue;
    }
    const bool is_repeated = field.number == 3;
    if (field.number > 4 || (!is_repeated && !fields.is_new())) return false;
    if (field.bytes.empty() && !is_repeated) continue;
    if (!AppendQuoted(kUntilText[field.number], field.AsString(), out)) return false;
  }
  if (!fields.ok() || !AppendAttributes(std::span(attributes).first(attribute_count), out))
    return false;
  out += "}\n";
  return true;
}

}  // namespace stepscope
