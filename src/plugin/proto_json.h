// Protobuf messages as JSON, as TensorBoard's routes print and read them
// (google/protobuf/json_format.py): names in lowerCamelCase, enumerations by name, plain fields
// also where they have their default.
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "base/result.h"

namespace stepscope {

// Doubles as "0.0", non-finite ones as strings; of a google.protobuf.Value, which has no such
// strings, null stands for them. Invalid UTF-8 becomes U+FFFD.
void AppendProtoJson(const google::protobuf::Message& message, std::string& out);

// INVALID_ARGUMENT with a sentence: no JSON, a field that the message does not have, or a value
// that is none for its field. What it holds then is undefined. The message has no maps; a structure
// in a google.protobuf.Value is taken for null.
Status ParseProtoJson(std::string_view json, google::protobuf::Message& message);

}  // namespace stepscope
