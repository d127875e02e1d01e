#include "wire/event_view.h"

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
