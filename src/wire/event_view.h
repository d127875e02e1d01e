// Event, Summary.Value and SummaryMetadata, in place: views into one record's data.
//
// Field numbers are TensorFlow's (event.proto, summary.proto). A view lives as long as the record.
// Of a field that occurs more than once the last counts, also of messages, which protobuf would
// merge; no writer does that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/proto_reader.h"

namespace stepscope {

using Bytes = std::span<const std::byte>;

enum class EventKind : uint8_t {
  kNone,
  kFileVersion,
  kGraphDef,
  kSummary,
  kLogMessage,
  kSessionLog,
  kTaggedRunMetadata,
  kMetaGraphDef,
};

// The kind that a field of Event stands for; kNone for a field outside the oneof.
constexpr EventKind EventKindOf(uint32_t number, WireType type) {
  static_assert(static_cast<int>(EventKind::kFileVersion) == 3 - 2 &&
                static_cast<int>(EventKind::kMetaGraphDef) == 9 - 2);
  return type == WireType::kBytes && number >= 3 && number <= 9 ? static_cast<EventKind>(number - 2)
                                                                : EventKind::kNone;
}

struct EventView {
  double wall_time = 0;
  int64_t step = 0;
  EventKind kind = EventKind::kNone;  // The last field of the oneof wins, as in protobuf.
  Bytes body;                         // Of that field: text, bytes or a message.
};
// Nothing when the bytes are not a valid Event. Checks the top level only.
std::optional<EventView> ParseEvent(Bytes data);

enum class ValueKind : uint8_t {
  kNone,
  kSimpleValue,
  kObsoleteHistogram,
  kImage,
  kHistogram,
  kAudio,
  kTensor,
};

// The kind that a field of Summary.Value stands for; kNone for one outside the oneof.
constexpr ValueKind ValueKindOf(uint32_t number, WireType type) {
  static_assert(static_cast<int>(ValueKind::kObsoleteHistogram) == 3 - 1 &&
                static_cast<int>(ValueKind::kAudio) == 6 - 1);
  if (number == 2 && type == WireType::kFixed32) return ValueKind::kSimpleValue;
  if (type != WireType::kBytes) return ValueKind::kNone;
  if (number == 8) return ValueKind::kTensor;
  return number >= 3 && number <= 6 ? static_cast<ValueKind>(number - 1) : ValueKind::kNone;
}

struct ValueView {
  std::string_view tag;  // node_name stands in where the tag is empty, as upstream does it
                         // (tensorboard/backend/event_processing/event_accumulator.py).
  ValueKind kind = ValueKind::kNone;
  float simple_value = 0;
  Bytes body;                     // The message of any other kind.
  std::optional<Bytes> metadata;  // A serialized SummaryMetadata.
  Bytes whole;                    // The whole Summary.Value message.

  // Says nothing new, but a constructor of its own saves the compiler's zeroing of what is
  // initialised anyway, which was a third of ParseValue().
  ValueView() {}  // NOLINT(modernize-use-equals-default)
};
std::optional<ValueView> ParseValue(Bytes message);

// Walks Summary.value of an event's kSummary body.
class SummaryReader {
 public:
  explicit SummaryReader(Bytes summary) : fields_(summary) {}
  // The serialized next Value; false at the end or when ok() turned false.
  bool Next(Bytes& value);
  bool ok() const { return fields_.ok(); }

 private:
  ProtoReader fields_;
};

inline bool SummaryReader::Next(Bytes& value) {
  ProtoField field;
  while (fields_.Next(field)) {
    if (field.Is(1, WireType::kBytes)) {
      value = field.bytes;
      return true;
    }
  }
  return false;
}

enum class DataClass : uint8_t { kUnknown = 0, kScalar = 1, kTensor = 2, kBlobSequence = 3 };

struct MetadataView {
  std::string_view plugin_name;
  Bytes plugin_content;
  std::string_view display_name;
  std::string_view description;
  DataClass data_class = DataClass::kUnknown;
};
std::optional<MetadataView> ParseMetadata(Bytes message);

enum class SessionStatus : uint8_t { kUnspecified = 0, kStart = 1, kStop = 2, kCheckpoint = 3 };
std::optional<SessionStatus> ParseSessionLog(Bytes message);

struct TaggedRunMetadataView {
  std::string_view tag;
  Bytes run_metadata;
};
std::optional<TaggedRunMetadataView> ParseTaggedRunMetadata(Bytes message);

}  // namespace stepscope
