// What the general parsers say of an event that holds one number: the truth that templates are held
// to, and how to ask a template the same.
#pragma once

#include <bit>
#include <optional>
#include <string>

#include "wire/event_view.h"
#include "wire/record_writer.h"
#include "wire/scalar_template.h"
#include "wire/tensor_view.h"

namespace stepscope {

struct OnlyScalar {
  uint64_t wall_time_bits = 0;
  int64_t step = 0;
  std::string tag;
  std::optional<std::string> metadata;
  Number number;

  bool IsOfSameSeries(const OnlyScalar& other) const {
    return tag == other.tag && metadata == other.metadata && number.type == other.number.type;
  }
};

inline std::optional<OnlyScalar> ParseOnlyScalar(Bytes data) {
  const auto event = ParseEvent(data);
  if (!event || event->kind != EventKind::kSummary) return std::nullopt;
  SummaryReader values(event->body);
  Bytes bytes;
  if (!values.Next(bytes)) return std::nullopt;
  const auto value = ParseValue(bytes);
  Bytes another;
  if (!value || values.Next(another) || !values.ok()) return std::nullopt;
  OnlyScalar scalar{.wall_time_bits = std::bit_cast<uint64_t>(event->wall_time),
                    .step = event->step,
                    .tag = std::string(value->tag)};
  if (value->metadata) {
    scalar.metadata.emplace(reinterpret_cast<const char*>(value->metadata->data()),
                            value->metadata->size());
  }
  if (value->kind == ValueKind::kSimpleValue) {
    // Not Number::Of(): a signalling NaN may become a quiet one on its way.
    scalar.number = {Number::Type::kFloat32, std::bit_cast<uint32_t>(value->simple_value)};
    return scalar;
  }
  if (value->kind != ValueKind::kTensor) return std::nullopt;
  const auto number = DecodeSingleNumber(value->body);
  if (!number) return std::nullopt;
  scalar.number = *number;
  return scalar;
}

// What `shape` says of an intact record of `event`.
inline bool ReadRecord(const ScalarTemplate& shape, Bytes event, ScalarTemplate::Reading& reading) {
  std::string record(ScalarTemplate::kBytesBefore, '\xff');
  AppendRecord({reinterpret_cast<const char*>(event.data()), event.size()}, record);
  const Bytes bytes = std::as_bytes(std::span(record)).subspan(ScalarTemplate::kBytesBefore);
  return shape.Read(bytes.data(), bytes.size(), reading);
}

// The number's bits as a parser gives them.
inline uint64_t NumberBits(const ScalarTemplate& shape, const ScalarTemplate::Reading& reading) {
  return shape.type() == Number::Type::kFloat32 ? static_cast<uint32_t>(reading.bits)
                                                : reading.bits;
}

}  // namespace stepscope
