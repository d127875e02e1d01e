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

EventKind EventKindOf(uint32_t number, WireType type) {
  if (type != WireType::kBytes) return EventKind::kNone;
  switch (number) {
    case 3: return EventKind::kFileVersion;
    case 4: return EventKind::kGraphDef;
    case 5: return EventKind::kSummary;
    case 6: return EventKind::kLogMessage;
    case 7: return EventKind::kSessionLog;
    case 8: return EventKind::kTaggedRunMetadata;
    case 9: return EventKind::kMetaGraphDef;
    default: return EventKind::kNone;
  }
}

ValueKind ValueKindOf(uint32_t number, WireType type) {
  if (number == 2 && type == WireType::kFixed32) return ValueKind::kSimpleValue;
  if (type != WireType::kBytes) return ValueKind::kNone;
  switch (number) {
    case 3: return ValueKind::kObsoleteHistogram;
    case 4: return ValueKind::kImage;
    case 5: return ValueKind::kHistogram;
    case 6: return ValueKind::kAudio;
    case 8: return ValueKind::kTensor;
    default: return ValueKind::kNone;
  }
}

std::optional<EventView> ParseEvent(Bytes data) {
  EventView event;
  ProtoReader fields(data);
  ProtoField field;
  while (fields.Next(field)) {
    if (field.Is(1, WireType::kFixed64)) {
      event.wall_time = field.AsDouble();
    } else if (field.Is(2, WireType::kVarint)) {
      event.step = field.AsInt64();
    } else if (const EventKind kind = EventKindOf(field.number, field.type);
               kind != EventKind::kNone) {
      event.kind = kind;
      event.body = field.bytes;
    }
  }
  if (!fields.ok()) return std::nullopt;
  return event;
}

bool SummaryReader::Next(Bytes& value) {
  ProtoField field;
  while (fields_.Next(field)) {
    if (field.Is(1, WireType::kBytes)) {
      value = field.bytes;
      return true;
    }
  }
  return false;
}

std::optional<ValueView> ParseValue(Bytes message) {
  ValueView value;
  value.whole = message;
  std::string_view node_name;
  ProtoReader fields(message);
  ProtoField field;
  while (fields.Next(field)) {
    if (const ValueKind kind = ValueKindOf(field.number, field.type); kind != ValueKind::kNone) {
      value.kind = kind;
      const bool is_message = kind != ValueKind::kSimpleValue;
      value.simple_value = is_message ? 0 : field.AsFloat();
      value.body = is_message ? field.bytes : Bytes();
    } else if (field.Is(1, WireType::kBytes)) {
      value.tag = field.AsString();
    } else if (field.Is(7, WireType::kBytes)) {
      node_name = field.AsString();
    } else if (field.Is(9, WireType::kBytes)) {
      value.metadata = field.bytes;
    }
  }
  if (!fields.ok()) return std::nullopt;
  if (value.tag.empty()) value.tag = node_name;
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
    status = field.scalar <= 3 ? static_cast<SessionStatus>(field.scalar)
                               : SessionStatus::kUnspecified;
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
