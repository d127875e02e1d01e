#include "plugin/proto_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>

#include "http/response.h"
#include "plugin/compat_answer.h"

namespace stepscope {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Value;

void AppendValue(const Value& value, std::string& out);

void AppendList(const ListValue& list, std::string& out) {
  out += '[';
  for (const Value& value : list.values()) {
    AppendSeparator(out);
    AppendValue(value, out);
  }
  out += ']';
}

void AppendValue(const Value& value, std::string& out) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      if (std::isfinite(value.number_value())) return AppendJsonNumber(value.number_value(), out);
      break;
    case Value::kStringValue:
      return AppendJsonString(value.string_value(), out);
    case Value::kBoolValue:
      out += value.bool_value() ? "true" : "false";
      return;
    case Value::kListValue:
      return AppendList(value.list_value(), out);
    default:
      break;
  }
  out += "null";  // Structures too: no message of ours has room for one.
}

// Of a field that is not repeated if `index` is negative.
void AppendScalar(const Message& message, const FieldDescriptor& field, int index,
                  std::string& out) {
  const Reflection& get = *message.GetReflection();
  const bool is_list = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendJsonString(
          is_list ? get.GetRepeatedString(message, &field, index) : get.GetString(message, &field),
          out);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendJsonNumber(
          is_list ? get.GetRepeatedDouble(message, &field, index) : get.GetDouble(message, &field),
          out);
    case FieldDescriptor::CPPTYPE_INT32:
      out += std::to_string(is_list ? get.GetRepeatedInt32(message, &field, index)
                                    : get.GetInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      // Protobuf's JSON has texts here. The only such fields are an int32 upstream.
      out += std::to_string(is_list ? get.GetRepeatedInt64(message, &field, index)
                                    : get.GetInt64(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      out += (is_list ? get.GetRepeatedBool(message, &field, index) : get.GetBool(message, &field))
                 ? "true"
                 : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = is_list ? get.GetRepeatedEnumValue(message, &field, index)
                                 : get.GetEnumValue(message, &field);
      const auto* const value = field.enum_type()->FindValueByNumber(number);
      if (value == nullptr) {
        out += std::to_string(number);  // As json_format does with those of the future.
      } else {
        AppendJsonString(value->name(), out);
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendProtoJson(is_list ? get.GetRepeatedMessage(message, &field, index)
                                     : get.GetMessage(message, &field),
                             out);
    default:
      out += "null";  // No message of TensorBoard's routes has a field of another type.
  }
}

void AppendMap(const Message& message, const FieldDescriptor& field, std::string& out) {
  const Reflection& get = *message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  std::vector<std::pair<std::string, std::string>> members;
  for (int i = 0; i < get.FieldSize(message, &field); ++i) {
    const Message& entry = get.GetRepeatedMessage(message, &field, i);
    auto& [name, json] = members.emplace_back();
    AppendScalar(entry, key, -1, name);
    AppendScalar(entry, value, -1, json);
  }
  std::ranges::sort(members);  // A map has no order, but an answer is always the same.
  out += '{';
  for (const auto& [name, json] : members) {
    AppendSeparator(out);
    out += name;
    out += ": ";
    out += json;
  }
  out += '}';
}

void AppendField(const Message& message, const FieldDescriptor& field, std::string& out) {
  if (field.is_map()) return AppendMap(message, field, out);
  if (!field.is_repeated()) return AppendScalar(message, field, -1, out);
  const int count = message.GetReflection()->FieldSize(message, &field);
  out += '[';
  for (int i = 0; i < count; ++i) {
    AppendSeparator(out);
    AppendScalar(message, field, i, out);
  }
  out += ']';
}

}  // namespace

void AppendProtoJson(const Message& message, std::string& out) {
  const Descriptor* const descriptor = message.GetDescriptor();
  if (descriptor == Value::descriptor())
    return AppendValue(static_cast<const Value&>(message), out);
  if (descriptor == ListValue::descriptor()) {
    return AppendList(static_cast<const ListValue&>(message), out);
  }
  out += '{';
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) continue;
    AppendSeparator(out);
    AppendJsonString(field.json_name(), out);
    out += ": ";
    AppendField(message, field, out);
  }
  out += '}';
}

}  // namespace stepscope
