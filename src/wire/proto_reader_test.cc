#include "wire/proto_reader.h"

#include <algorithm>
#include <bit>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using std::string_view_literals::operator""sv;

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// A field as text, so that whole messages can be compared: "2:varint 5".
std::string Describe(const ProtoField& field) {
  const std::string number = std::to_string(field.number);
  switch (field.type) {
    case WireType::kVarint:
      return number + ":varint " + std::to_string(field.scalar);
    case WireType::kFixed64:
      return number + ":fixed64 " + std::to_string(field.scalar);
    case WireType::kFixed32:
      return number + ":fixed32 " + std::to_string(field.scalar);
    case WireType::kBytes:
      return number + ":bytes " + std::string(field.AsString());
    case WireType::kGroup:
      return number + ":group";
  }
  return "unknown";
}

constexpr std::string_view kBroken = "broken";

std::vector<std::string> Walk(std::string_view message) {
  // A copy of the exact size, so that the address sanitizer sees a read past the end.
  const std::vector<std::byte> bytes(AsBytes(message).begin(), AsBytes(message).end());
  std::vector<std::string> fields;
  ProtoReader reader(bytes);
  ProtoField field;
  while (reader.Next(field)) fields.push_back(Describe(field));
  if (!reader.ok()) fields.emplace_back(kBroken);
  EXPECT_FALSE(reader.Next(field));
  return fields;
}

using Fields = std::vector<std::string>;

TEST(ProtoReaderTest, EmptyMessageHasNoFields) { EXPECT_EQ(Walk(""), Fields()); }

TEST(ProtoReaderTest, ReadsEveryWireType) {
  EXPECT_EQ(Walk("\x08\x05"
                 "\x11\x01\0\0\0\0\0\0\0"
                 "\x1a\x02hi"
                 "\x25\x07\0\0\0"sv),
            Fields({"1:varint 5", "2:fixed64 1", "3:bytes hi", "4:fixed32 7"}));
}

TEST(ProtoReaderTest, VarintsOfEveryLength) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const uint64_t value : {uint64_t{1} << bits, (uint64_t{1} << bits) - 1}) {
      std::string message;
      ProtoWriter(message).Varint(3, value);
      const std::string expected = "3:varint " + std::to_string(value);
      EXPECT_EQ(Walk(message), Fields({expected}));
      // With bytes behind it the fast way is taken.
      EXPECT_EQ(Walk(message + message + std::string(2, '\x08')),
                Fields({expected, expected, "1:varint 8"}));
    }
  }
  std::string message;
  ProtoWriter(message).Int64(1, -1);
  EXPECT_EQ(message, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(Walk(message), Fields({"1:varint 18446744073709551615"}));
}

// Longer than needed is what protobuf accepts too, up to ten bytes, of which it drops the rest.
TEST(ProtoReaderTest, PaddedVarints) {
  EXPECT_EQ(Walk("\x08\x81\x80\x80\0"sv), Fields({"1:varint 1"}));
  EXPECT_EQ(Walk("\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\0"sv), Fields({"1:varint 1"}));
  EXPECT_EQ(Walk("\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x7e"sv), Fields({"1:varint 1"}));
  EXPECT_EQ(Walk("\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"sv), Fields({"broken"}));
  EXPECT_EQ(Walk("\x88\x80\0\x05"sv), Fields({"1:varint 5"}));
}

TEST(ProtoReaderTest, FieldNumbers) {
  std::string message;
  ProtoWriter(message).Varint((1u << 29) - 1, 5);
  EXPECT_EQ(Walk(message), Fields({"536870911:varint 5"}));
  EXPECT_EQ(Walk("\x00\x05"sv), Fields({"broken"}));                  // Field 0.
  EXPECT_EQ(Walk("\xf8\xff\xff\xff\x1f\x05"sv), Fields({"broken"}));  // Beyond 32 bits.
}

TEST(ProtoReaderTest, WireTypesThatDoNotExist) {
  EXPECT_EQ(Walk("\x0e\0"sv), Fields({"broken"}));
  EXPECT_EQ(Walk("\x0f\0"sv), Fields({"broken"}));
  EXPECT_EQ(Walk("\x0c"sv), Fields({"broken"}));  // The end of a group that never began.
}

TEST(ProtoReaderTest, GroupsAreStepsOfTheirOwn) {
  const std::string_view group =
      "\x0b"          // 1: group {
      "\x10\x05"      //   2: varint
      "\x1a\x01\x0c"  //   3: bytes that look like the end
      "\x23"          //   4: group {
      "\x2d\0\0\0\0"
      "\x31\0\0\0\0\0\0\0\0"
      "\x24"     //   }
      "\x0c"sv;  // }
  EXPECT_EQ(Walk(std::string(group) + "\x08\x07"), Fields({"1:group", "1:varint 7"}));
  for (size_t cut = 1; cut < group.size(); ++cut) {
    EXPECT_EQ(Walk(group.substr(0, cut)), Fields({"broken"})) << cut;
  }
  EXPECT_EQ(Walk("\x0b\x14"sv), Fields({"broken"}));  // Closed by another number.
}

TEST(ProtoReaderTest, NestingOfGroupsIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '\x0b') + std::string(depth, '\x0c');
  };
  EXPECT_EQ(Walk(nested(100)), Fields({"1:group"}));
  EXPECT_EQ(Walk(nested(101)), Fields({"broken"}));
  EXPECT_EQ(Walk(std::string(1'000'000, '\x0b')), Fields({"broken"}));
}

TEST(ProtoReaderTest, LengthsBeyondTheMessage) {
  EXPECT_EQ(Walk("\x0a\x03hi"sv), Fields({"broken"}));
  EXPECT_EQ(Walk("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01hi"sv), Fields({"broken"}));
  EXPECT_EQ(Walk("\x0a"sv), Fields({"broken"}));
}

TEST(ProtoReaderTest, PackedValues) {
  ProtoReader varints(AsBytes("\x01\xac\x02"sv));
  uint64_t value = 0;
  EXPECT_TRUE(varints.NextVarint(value));
  EXPECT_EQ(value, 1u);
  EXPECT_TRUE(varints.NextVarint(value));
  EXPECT_EQ(value, 300u);
  EXPECT_FALSE(varints.NextVarint(value));
  EXPECT_TRUE(varints.ok());

  ProtoReader fixed(AsBytes("\x01\0\0\0\x02\0"sv));
  EXPECT_TRUE(fixed.NextFixed32(value));
  EXPECT_EQ(value, 1u);
  EXPECT_FALSE(fixed.NextFixed32(value));
  EXPECT_FALSE(fixed.ok());
}

// Random messages: what was written comes back, and every cut of it is either a shorter message or
// broken, and never more than what was written.
TEST(ProtoReaderTest, RandomMessagesAndTheirCuts) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string message;
    ProtoWriter writer(message);
    Fields expected;
    for (size_t i = random() % 6; i > 0; --i) {
      const auto number = static_cast<uint32_t>(1 + random() % 500);
      const std::string prefix = std::to_string(number);
      const uint64_t value = random() >> (random() % 64);
      switch (random() % 4) {
        case 0:
          writer.Varint(number, value);
          expected.push_back(prefix + ":varint " + std::to_string(value));
          break;
        case 1:
          writer.Double(number, std::bit_cast<double>(value));
          expected.push_back(prefix + ":fixed64 " + std::to_string(value));
          break;
        case 2:
          writer.Float(number, std::bit_cast<float>(static_cast<uint32_t>(value)));
          expected.push_back(prefix + ":fixed32 " + std::to_string(static_cast<uint32_t>(value)));
          break;
        default: {
          const std::string text(value % 200, 'x');
          writer.Bytes(number, text);
          expected.push_back(prefix + ":bytes ");
          expected.back() += text;
        }
      }
    }
    ASSERT_EQ(Walk(message), expected);
    for (size_t cut = 0; cut < message.size(); ++cut) {
      Fields fields = Walk(std::string_view(message).substr(0, cut));
      if (!fields.empty() && fields.back() == kBroken) fields.pop_back();
      ASSERT_LT(fields.size(), expected.size());
      ASSERT_TRUE(std::equal(fields.begin(), fields.end(), expected.begin()));
    }
  }
}

TEST(ProtoWriterTest, WritesTheBytesOfProtobuf) {
  std::string bytes;
  ProtoWriter writer(bytes);
  writer.Varint(1, 300);
  writer.Double(2, 1.0);
  writer.Float(3, 1.0f);
  writer.Bytes(16, "hi");
  writer.BytesHead(4, 200);
  EXPECT_EQ(bytes,
            "\x08\xac\x02"
            "\x11\0\0\0\0\0\0\xf0\x3f"
            "\x1d\0\0\x80\x3f"
            "\x82\x01\x02hi"
            "\x22\xc8\x01"sv);
}

}  // namespace
}  // namespace stepscope
