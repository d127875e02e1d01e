#include "wire/event_view.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using std::string_view_literals::operator""sv;

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string_view Text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A message written by `write`.
template <typename Write>
std::string Message(Write write) {
  std::string message;
  ProtoWriter writer(message);
  write(writer);
  return message;
}

TEST(ParseEventTest, EmptyIsAnEventOfNothing) {
  const auto event = ParseEvent({});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->wall_time, 0);
  EXPECT_EQ(event->step, 0);
  EXPECT_EQ(event->kind, EventKind::kNone);
}

TEST(ParseEventTest, FieldsInAnyOrderAndUnknownOnes) {
  const std::string message = Message([](ProtoWriter& writer) {
    writer.Bytes(10, "source metadata");
    writer.Bytes(5, "summary");
    writer.Varint(77, 1);
    writer.Int64(2, -3);
    writer.Double(1, 1.5);
  });
  const auto event = ParseEvent(AsBytes(message));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->wall_time, 1.5);
  EXPECT_EQ(event->step, -3);
  EXPECT_EQ(event->kind, EventKind::kSummary);
  EXPECT_EQ(Text(event->body), "summary");
}

TEST(ParseEventTest, EveryKindAndTheLastOneWins) {
  const std::pair<uint32_t, EventKind> kinds[] = {
      {3, EventKind::kFileVersion},  {4, EventKind::kGraphDef},
      {5, EventKind::kSummary},      {6, EventKind::kLogMessage},
      {7, EventKind::kSessionLog},   {8, EventKind::kTaggedRunMetadata},
      {9, EventKind::kMetaGraphDef},
  };
  std::string message;
  for (const auto& [number, kind] : kinds) {
    ProtoWriter(message).Bytes(number, std::to_string(number));
    const auto event = ParseEvent(AsBytes(message));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, kind);
    EXPECT_EQ(Text(event->body), std::to_string(number));
  }
}

// To protobuf a field of another wire type is an unknown field.
TEST(ParseEventTest, WrongWireTypesAreUnknownFields) {
  const std::string message = Message([](ProtoWriter& writer) {
    writer.Varint(1, 5);
    writer.Double(2, 5);
    writer.Varint(5, 5);
  });
  const auto event = ParseEvent(AsBytes(message));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->wall_time, 0);
  EXPECT_EQ(event->step, 0);
  EXPECT_EQ(event->kind, EventKind::kNone);
}

TEST(ParseEventTest, RefusesWhatIsNoMessage) {
  EXPECT_FALSE(ParseEvent(AsBytes("\x09\x01\x02"sv)));
  EXPECT_FALSE(ParseEvent(AsBytes("not an event"sv)));
}

TEST(ParseValueTest, EveryKind) {
  const std::pair<uint32_t, ValueKind> kinds[] = {
      {3, ValueKind::kObsoleteHistogram},
      {4, ValueKind::kImage},
      {5, ValueKind::kHistogram},
      {6, ValueKind::kAudio},
      {8, ValueKind::kTensor},
  };
  for (const auto& [number, kind] : kinds) {
    const std::string message = Message([&](ProtoWriter& writer) {
      writer.Bytes(9, "metadata");
      writer.Float(2, 1.5f);
      writer.Bytes(number, "body");
      writer.Bytes(1, "tag");
    });
    const auto value = ParseValue(AsBytes(message));
    ASSERT_TRUE(value);
    EXPECT_EQ(value->tag, "tag");
    EXPECT_EQ(value->kind, kind);
    EXPECT_EQ(value->simple_value, 0);
    EXPECT_EQ(Text(value->body), "body");
    ASSERT_TRUE(value->metadata);
    EXPECT_EQ(Text(*value->metadata), "metadata");
    EXPECT_EQ(Text(value->whole), message);
  }
}

TEST(ParseValueTest, SimpleValueAfterAMessageWins) {
  const std::string message = Message([](ProtoWriter& writer) {
    writer.Bytes(8, "tensor");
    writer.Float(2, 1.5f);
  });
  const auto value = ParseValue(AsBytes(message));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->kind, ValueKind::kSimpleValue);
  EXPECT_EQ(value->simple_value, 1.5f);
  EXPECT_TRUE(value->body.empty());
  EXPECT_FALSE(value->metadata);
}

TEST(ParseValueTest, NodeNameStandsInForAnEmptyTag) {
  const auto tag_of = [](const std::string& message) {
    return std::string(ParseValue(AsBytes(message))->tag);
  };
  EXPECT_EQ(tag_of(Message([](ProtoWriter& writer) { writer.Bytes(7, "node"); })), "node");
  EXPECT_EQ(tag_of(Message([](ProtoWriter& writer) {
              writer.Bytes(7, "node");
              writer.Bytes(1, "");
            })),
            "node");
  EXPECT_EQ(tag_of(Message([](ProtoWriter& writer) {
              writer.Bytes(1, "tag");
              writer.Bytes(7, "node");
            })),
            "tag");
  EXPECT_EQ(tag_of(""), "");
}

TEST(ParseValueTest, RefusesWhatIsNoMessage) { EXPECT_FALSE(ParseValue(AsBytes("\x15\x01"sv))); }

TEST(SummaryReaderTest, WalksTheValues) {
  const std::string summary = Message([](ProtoWriter& writer) {
    writer.Bytes(1, "first");
    writer.Bytes(2, "unknown");
    writer.Bytes(1, "");
  });
  SummaryReader reader(AsBytes(summary));
  Bytes value;
  EXPECT_TRUE(reader.Next(value));
  EXPECT_EQ(Text(value), "first");
  EXPECT_TRUE(reader.Next(value));
  EXPECT_EQ(Text(value), "");
  EXPECT_FALSE(reader.Next(value));
  EXPECT_TRUE(reader.ok());

  const std::string cut = summary + "\x0a\x05zzz";
  SummaryReader broken(AsBytes(cut));
  EXPECT_TRUE(broken.Next(value));
  EXPECT_TRUE(broken.Next(value));
  EXPECT_FALSE(broken.Next(value));
  EXPECT_FALSE(broken.ok());
}

TEST(ParseMetadataTest, EveryField) {
  const std::string plugin_data = Message([](ProtoWriter& writer) {
    writer.Bytes(1, "scalars");
    writer.Bytes(2, "content");
  });
  const std::string message = Message([&](ProtoWriter& writer) {
    writer.Varint(4, 1);
    writer.Bytes(3, "description");
    writer.Bytes(2, "display name");
    writer.Bytes(1, plugin_data);
  });
  const auto metadata = ParseMetadata(AsBytes(message));
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->plugin_name, "scalars");
  EXPECT_EQ(Text(metadata->plugin_content), "content");
  EXPECT_EQ(metadata->display_name, "display name");
  EXPECT_EQ(metadata->description, "description");
  EXPECT_EQ(metadata->data_class, DataClass::kScalar);
}

TEST(ParseMetadataTest, UnknownDataClassAndBrokenPluginData) {
  const auto metadata = ParseMetadata(AsBytes("\x20\x4d"sv));
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->data_class, DataClass::kUnknown);
  EXPECT_EQ(metadata->plugin_name, "");
  EXPECT_FALSE(ParseMetadata(AsBytes("\x0a\x04\x0a\x05zz"sv)));
}

TEST(ParseSessionLogTest, Status) {
  EXPECT_EQ(ParseSessionLog(AsBytes("\x08\x01"sv)), SessionStatus::kStart);
  EXPECT_EQ(ParseSessionLog(AsBytes("\x08\x02"sv)), SessionStatus::kStop);
  EXPECT_EQ(ParseSessionLog(AsBytes("\x08\x03\x12\x01x"sv)), SessionStatus::kCheckpoint);
  EXPECT_EQ(ParseSessionLog(AsBytes("\x08\x09"sv)), SessionStatus::kUnspecified);
  EXPECT_EQ(ParseSessionLog({}), SessionStatus::kUnspecified);
  EXPECT_EQ(ParseSessionLog(AsBytes("\x08"sv)), std::nullopt);
}

TEST(ParseTaggedRunMetadataTest, Fields) {
  const auto metadata = ParseTaggedRunMetadata(AsBytes("\x0a\x03tag\x12\x04meta"sv));
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->tag, "tag");
  EXPECT_EQ(Text(metadata->run_metadata), "meta");
  EXPECT_FALSE(ParseTaggedRunMetadata(AsBytes("\x0a\x03t"sv)));
}

}  // namespace
}  // namespace stepscope
