#include "plugins/scalars/summary.h"

#include <cstdint>
#include <cstring>

#include "wire/proto_writer.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

// Field numbers of TensorFlow's summary.proto and tensor.proto.
constexpr uint32_t kSummaryValue = 1;
constexpr uint32_t kValueTag = 1;
constexpr uint32_t kValueSimpleValue = 2;
constexpr uint32_t kValueTensor = 8;
constexpr uint32_t kTensorDtype = 1;
constexpr uint32_t kTensorFloatVal = 5;
constexpr uint32_t kTensorDoubleVal = 6;

constexpr size_t kFloatFieldBytes = 5;  // One byte of field number, four of value.

// Value.metadata {plugin_data {plugin_name: "scalars"}}, with its field number.
constexpr std::string_view kMetadataField = "\x4a\x0b\x0a\x09\x0a\x07scalars";

size_t VarintBytes(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

// Protobuf leaves an empty string out.
size_t TagFieldBytes(std::string_view tag) {
  return tag.empty() ? 0 : 1 + VarintBytes(tag.size()) + tag.size();
}

void AppendTag(std::string_view tag, ProtoWriter& writer) {
  if (!tag.empty()) writer.Bytes(kValueTag, tag);
}

template <typename T>
std::string_view AsBytes(const T& number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

}  // namespace

void AppendScalarValue(std::string_view tag, float value, std::string& summary) {
  ProtoWriter writer(summary);
  writer.BytesHead(kSummaryValue, TagFieldBytes(tag) + kFloatFieldBytes);
  AppendTag(tag, writer);
  writer.Float(kValueSimpleValue, value);
}

void AppendScalarTensorValue(std::string_view tag, double value, bool double_precision,
                             std::string& summary) {
  const size_t number_bytes = double_precision ? sizeof(double) : sizeof(float);
  const size_t tensor_bytes = 2 + 2 + number_bytes;  // dtype; then one packed number.
  ProtoWriter writer(summary);
  writer.BytesHead(kSummaryValue, TagFieldBytes(tag) + 2 + tensor_bytes + kMetadataField.size());
  AppendTag(tag, writer);
  writer.BytesHead(kValueTensor, tensor_bytes);
  if (double_precision) {
    writer.Varint(kTensorDtype, static_cast<uint64_t>(DataType::kDouble));
    writer.Bytes(kTensorDoubleVal, AsBytes(value));
  } else {
    const auto narrow = static_cast<float>(value);
    writer.Varint(kTensorDtype, static_cast<uint64_t>(DataType::kFloat));
    writer.Bytes(kTensorFloatVal, AsBytes(narrow));
  }
  summary += kMetadataField;
}

}  // namespace stepscope
