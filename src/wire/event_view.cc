#include "wire/event_view.h"

#include <cstring>

namespace stepscope {
namespace {

void ParsePluginData(ProtoReader& fields, MetadataView& metadata) {
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kBytes)) metadata.plugin_name = field.AsString();
    if (field.Is(2, WireType::kBytes)) metadata.plugin_content = field.bytes;
  }
}

}  // namespace

// The views are filled where they are returned: copying what was just written in pieces makes the
// processor wait.

std::optional<EventView> ParseEvent(Bytes data) {
  std::optional<EventView> event(std::in_place);
  ProtoReader fields(data);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kFixed64)) {
      event->wall_time = field.AsDouble();
    } else if (field.Is(2, WireType::kVarint)) {
      event->step = field.AsInt64();
    } else if (const EventKind kind = EventKindOf(field.number, field.type);
               kind != EventKind::kNone) {
      event->kind = kind;
      event->body = field.bytes;
    }
  }
  if (!fields.ok()) event.reset();
  return event;
}

std::optional<ValueView> ParseValue(Bytes message) {
  std::optional<ValueView> value(std::in_place);
  value->whole = message;
  std::string_view node_name;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kBytes)) {
      value->tag = field.AsString();
    } else if (field.Is(9, WireType::kBytes)) {
      value->metadata = field.bytes;
    } else if (field.Is(7, WireType::kBytes)) {
      node_name = field.AsString();
    } else if (const ValueKind kind = ValueKindOf(field.number, field.type);
               kind != ValueKind::kNone) {
      const bool is_message = kind != ValueKind::kSimpleValue;
      value->kind = kind;
      value->simple_value = is_message ? 0 : field.AsFloat();
      value->body = is_message ? field.bytes : Bytes();
    }
  }
  if (value->tag.empty()) value->tag = node_name;
  if (!fields.ok()) value.reset();
  return value;
}

bool ParseScalarEvent(Bytes data, ScalarEventView& scalar) {
  // event   := 09 wall_time:f64  [10 step:varint]  2a size summary
  // summary := 0a size value
  // value   := 0a size tag  15 value:f32
  // Every size is one byte, and together they must end where the data end.
  constexpr size_t kWallTimeBytes = 1 + sizeof(double);
  constexpr size_t kHeadBytes = 6;  // Of the summary, the value and the tag.
  constexpr size_t kValueBytes = 1 + sizeof(float);
  constexpr std::byte kWallTimeTag{0x09}, kStepTag{0x10}, kSummaryTag{0x2a}, kValueTag{0x0a};
  constexpr std::byte kTagTag{0x0a}, kSimpleValueTag{0x15};
  constexpr size_t kMaxBytes = kWallTimeBytes + 1 + 10 + 2 + 127;
  if (data.size() < kWallTimeBytes + kHeadBytes + kValueBytes || data.size() > kMaxBytes)
    return false;

  const std::byte* at = data.data();
  const std::byte* const end = at + data.size();
  if (*at != kWallTimeTag) return false;
  std::memcpy(&scalar.wall_time, at + 1, sizeof(double));
  at += kWallTimeBytes;

  scalar.step = 0;
  if (*at == kStepTag) {
    ProtoReader step({at + 1, end});
    uint64_t value = 0;
    if (!step.NextVarint(value)) return false;
    scalar.step = static_cast<int64_t>(value);
    at = step.rest().data();
  }

  if (end - at < static_cast<std::ptrdiff_t>(kHeadBytes + kValueBytes)) return false;
  const auto rest = static_cast<size_t>(end - at);
  const auto tag_bytes = rest - kHeadBytes - kValueBytes;
  const bool is_scalar = rest - 2 < 128 && at[0] == kSummaryTag && at[1] == std::byte(rest - 2) &&
                         at[2] == kValueTag && at[3] == std::byte(rest - 4) && at[4] == kTagTag &&
                         at[5] == std::byte(tag_bytes) && end[-5] == kSimpleValueTag;
  if (!is_scalar) return false;
  scalar.tag = {reinterpret_cast<const char*>(at + kHeadBytes), tag_bytes};
  std::memcpy(&scalar.value, end - sizeof(float), sizeof(float));
  return true;
}

std::optional<MetadataView> ParseMetadata(Bytes message) {
  MetadataView metadata;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kBytes)) {
      ProtoReader plugin_data(field.bytes);
      ParsePluginData(plugin_data, metadata);
      if (!plugin_data.ok()) return std::nullopt;
    } else if (field.Is(2, WireType::kBytes)) {
      metadata.display_name = field.AsString();
    } else if (field.Is(3, WireType::kBytes)) {
      metadata.description = field.AsString();
    } else if (field.Is(4, WireType::kVarint)) {
      metadata.data_class =
          field.scalar <= 3 ? static_cast<DataClass>(field.scalar) : DataClass::kUnknown;
    }
  }
  if (!fields.ok()) return std::nullopt;
  return metadata;
}

std::optional<SessionStatus> ParseSessionLog(Bytes message) {
  SessionStatus status = SessionStatus::kUnspecified;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (!field.Is(1, WireType::kVarint)) continue;
    status =
        field.scalar <= 3 ? static_cast<SessionStatus>(field.scalar) : SessionStatus::kUnspecified;
  }
  if (!fields.ok()) return std::nullopt;
  return status;
}

std::optional<TaggedRunMetadataView> ParseTaggedRunMetadata(Bytes message) {
  TaggedRunMetadataView metadata;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kBytes)) metadata.tag = field.AsString();
    if (field.Is(2, WireType::kBytes)) metadata.run_metadata = field.bytes;
  }
  if (!fields.ok()) return std::nullopt;
  return metadata;
}

}  // namespace stepscope
