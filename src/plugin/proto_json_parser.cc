// Takes what json_format.py takes and refuses what it refuses: a client's mistake is one here, too.
#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>

#include "base/strings.h"
#include "plugin/proto_json.h"

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Value;

// json_format.py's limit of messages inside each other, where a list in a Value counts twice.
constexpr int kMaxDepth = 100;

Error Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

// A place in the request, for messages: "colParams[0].order".
using Path = std::string;

std::optional<double> NumberOf(dom::element json) {
  double number = 0;
  return json.get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

std::optional<double> ToDouble(dom::element json) {
  if (const auto number = NumberOf(json)) return number;
  bool is_true = false;
  if (json.get(is_true) == simdjson::SUCCESS) return is_true ? 1.0 : 0.0;
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS || text == "nan") return std::nullopt;
  const std::string_view word = StripWhitespace(text);
  const bool is_negative = word.starts_with('-');
  const std::string name = AsciiLower(word.substr(is_negative || word.starts_with('+') ? 1 : 0));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (name == "inf" || name == "infinity") return is_negative ? -kInfinity : kInfinity;
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return ParseDouble(word);
}

// A whole number within the type's bounds; texts may hold one.
template <typename Integer>
std::optional<Integer> ToInteger(dom::element json) {
  if (json.is_bool()) return std::nullopt;
  std::string_view text;
  const bool is_text = json.get(text) == simdjson::SUCCESS;
  if (is_text && text.find(' ') != std::string_view::npos) return std::nullopt;
  int64_t integer = 0;
  if (is_text || json.get(integer) != simdjson::SUCCESS) {
    const auto number = ToDouble(json);
    // Beyond 2^53 not each whole number is a double; no field is as large.
    if (!number || std::trunc(*number) != *number || std::abs(*number) > 0x1p53) return {};
    integer = static_cast<int64_t>(*number);
  }
  if (integer < std::numeric_limits<Integer>::min() ||
      integer > std::numeric_limits<Integer>::max()) {
    return std::nullopt;
  }
  return static_cast<Integer>(integer);
}

// A name, or any int32: a number without a name may have one in a later version.
std::optional<int> ToEnum(dom::element json, const FieldDescriptor& field) {
  std::string_view text;
  if (json.get(text) == simdjson::SUCCESS) {
    const EnumValueDescriptor* const value = field.enum_type()->FindValueByName(std::string(text));
    if (value != nullptr) return value->number();
    const auto number = ParseInt64(StripWhitespace(text));
    if (!number) return std::nullopt;
    return ToInteger<int32_t>(json);
  }
  const auto number = json.is_bool() ? ToDouble(json) : NumberOf(json);
  if (!number || std::abs(*number) >= 0x1p31) return std::nullopt;
  return static_cast<int>(*number);  // Fractions are cut off.
}

class Parser {
 public:
  Status ParseMessage(dom::element json, const Path& path, Message& message);

 private:
  Status ParseFields(const dom::object& object, const Path& path, Message& message);
  Status ParseField(dom::element json, const Path& path, const FieldDescriptor& field,
                    Message& message);
  Status ParseRepeated(dom::element json, const Path& path, const FieldDescriptor& field,
                       Message& message);
  Status ParseValue(dom::element json, const Path& path, Value& value);
  Status ParseList(dom::element json, const Path& path, ListValue& list);

  int depth_ = 0;
};

Status Parser::ParseMessage(dom::element json, const Path& path, Message& message) {
  if (depth_ == kMaxDepth) return Invalid(path + " is nested too deeply");
  ++depth_;
  Status status;
  dom::object object;
  if (auto* const value = dynamic_cast<Value*>(&message)) {
    status = ParseValue(json, path, *value);
  } else if (auto* const list = dynamic_cast<ListValue*>(&message)) {
    status = ParseList(json, path, *list);
  } else if (json.get(object) == simdjson::SUCCESS) {
    status = ParseFields(object, path, message);
  } else if (dom::array array; json.get(array) != simdjson::SUCCESS || array.size() > 0) {
    // An empty list has no members, either.
    status = Invalid((path.empty() ? "the request" : path) + " must be an object");
  }
  --depth_;
  return status;
}

// Nothing of a structure is kept: no question of TensorBoard's has one that it understands.
Status Parser::ParseValue(dom::element json, const Path& path, Value& value) {
  bool is_true = false;
  std::string_view text;
  if (json.is_null() || json.is_object()) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  } else if (json.get(is_true) == simdjson::SUCCESS) {
    value.set_bool_value(is_true);
  } else if (json.get(text) == simdjson::SUCCESS) {
    value.set_string_value(std::string(text));
  } else if (const auto number = NumberOf(json)) {
    value.set_number_value(*number);
  } else {
    return ParseMessage(json, path, *value.mutable_list_value());
  }
  return {};
}

Status Parser::ParseList(dom::element json, const Path& path, ListValue& list) {
  dom::array array;
  if (json.get(array) != simdjson::SUCCESS) return Invalid(path + " must be a list");
  for (const dom::element one : array) {
    RETURN_IF_ERROR(ParseMessage(one, path, *list.add_values()));
  }
  return {};
}

Status Parser::ParseFields(const dom::object& object, const Path& path, Message& message) {
  std::set<std::string_view> names;
  for (const auto [name, json] : object) {
    const Path place = path + (path.empty() ? "" : ".") + std::string(name);
    const auto* descriptor = message.GetDescriptor();
    const FieldDescriptor* field = descriptor->FindFieldByCamelcaseName(std::string(name));
    if (field == nullptr) field = descriptor->FindFieldByName(std::string(name));
    if (field == nullptr) return Invalid("there is no field " + place);
    if (!names.insert(name).second) return Invalid(place + " is there twice");
    const auto* const group = field->containing_oneof();
    if (group != nullptr && !json.is_null() && !names.insert(group->name()).second) {
      return Invalid("of " + place + " and its alternatives only one can be there");
    }
    if (json.is_null()) {
      message.GetReflection()->ClearField(&message, field);
    } else if (field->is_map()) {
      return Invalid(place + " cannot be asked");
    } else {
      RETURN_IF_ERROR(field->is_repeated() ? ParseRepeated(json, place, *field, message)
                                           : ParseField(json, place, *field, message));
    }
  }
  return {};
}

Status Parser::ParseField(dom::element json, const Path& path, const FieldDescriptor& field,
                          Message& message) {
  const Reflection& set = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ParseMessage(json, path, *set.MutableMessage(&message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string_view text;
      if (json.get(text) != simdjson::SUCCESS) return Invalid(path + " must be text");
      set.SetString(&message, &field, std::string(text));
      return {};
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool is_true = false;
      if (json.get(is_true) != simdjson::SUCCESS) return Invalid(path + " must be true or false");
      set.SetBool(&message, &field, is_true);
      return {};
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = ToDouble(json);
      if (!number) return Invalid(path + " must be a number");
      set.SetDouble(&message, &field, *number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto number = ToInteger<int32_t>(json);
      if (!number) return Invalid(path + " must be a whole number of 32 bits");
      set.SetInt32(&message, &field, *number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto number = ToEnum(json, field);
      if (!number) return Invalid(path + " must be a value of " + field.enum_type()->name());
      set.SetEnumValue(&message, &field, *number);
      return {};
    }
    default:
      return Invalid(path + " cannot be asked");  // No question has a field of another type.
  }
}

Status Parser::ParseRepeated(dom::element json, const Path& path, const FieldDescriptor& field,
                             Message& message) {
  const Reflection& set = *message.GetReflection();
  dom::array array;
  if (json.get(array) != simdjson::SUCCESS) return Invalid(path + " must be a list");
  set.ClearField(&message, &field);
  size_t index = 0;
  for (const dom::element one : array) {
    const Path place = path + "[" + std::to_string(index++) + "]";
    if (one.is_null()) return Invalid(place + " must not be null");
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      RETURN_IF_ERROR(ParseMessage(one, place, *set.AddMessage(&message, &field)));
      continue;
    }
    // Enumerations are the only other lists of questions.
    const auto number =
        field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM ? ToEnum(one, field) : std::nullopt;
    if (!number) return Invalid(place + " is not what the list holds");
    set.AddEnumValue(&message, &field, *number);
  }
  return {};
}

}  // namespace

Status ParseProtoJson(std::string_view json, Message& message) {
  dom::parser parser;
  dom::element element;
  const simdjson::padded_string padded(json);
  const simdjson::error_code error = parser.parse(padded).get(element);
  if (error != simdjson::SUCCESS) {
    return Invalid(std::string("the request is not JSON: ") + simdjson::error_message(error));
  }
  return Parser().ParseMessage(element, Path(), message);
}

}  // namespace stepscope
