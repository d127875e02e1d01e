#include "plugins/projector/checkpoint.h"

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/projector/table_for_test.h"
#include "plugins/projector/table_walk.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "wire/proto_writer.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// TensorFlow wrote it.
constexpr char kFixture[] = "tests/data/fixtures/projector-checkpoint/";
constexpr char kPrefix[] = "embedding.ckpt-1";
constexpr char kMatrix[] = "embedding/.ATTRIBUTES/VARIABLE_VALUE";

std::string ReadFixture(const std::string& suffix) {
  std::stringstream bytes;
  bytes << std::ifstream(std::string(kFixture) + kPrefix + suffix, std::ios::binary).rdbuf();
  return bytes.str();
}

std::vector<float> Floats(const std::string& bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::memcpy(floats.data(), bytes.data(), bytes.size());
  return floats;
}

struct Entry {
  std::string name;
  DataType dtype = DataType::kFloat;
  std::vector<uint64_t> shape;
  std::string numbers;
};

class CheckpointTest : public ::testing::Test {
 protected:
  // Writes a checkpoint "logs/c" of these variables.
  void Write(const std::vector<Entry>& entries) {
    std::string header;
    ProtoWriter(header).Varint(1, 1);
    std::string block = TableEntry("", header);
    std::string data;
    for (const Entry& entry : entries) {
      std::string shape;
      for (const uint64_t size : entry.shape) {
        std::string dimension;
        ProtoWriter(dimension).Varint(1, size);
        ProtoWriter(shape).Bytes(2, dimension);
      }
      std::string value;
      ProtoWriter writer(value);
      writer.Varint(1, static_cast<uint64_t>(entry.dtype));
      writer.Bytes(2, shape);
      writer.Varint(4, data.size());
      writer.Varint(5, entry.numbers.size());
      value += '\x35';  // Field 6, fixed32.
      AppendTableLittle(MaskedCrc32c(std::as_bytes(std::span(entry.numbers))), value);
      block += TableEntry(entry.name, value);
      data += entry.numbers;
    }
    files_.Write("logs/c.index", MakeTable(block));
    files_.Write("logs/c.data-00000-of-00001", data);
  }
  Result<std::string> Read(std::string_view name, uint64_t max_rows = 0) {
    const auto checkpoint = Checkpoint::Open(files_, "logs", "c");
    if (!checkpoint) return checkpoint.error();
    const CheckpointVariable* const variable = checkpoint->Find(name);
    if (variable == nullptr) return Error{Code::kNotFound, "no such variable"};
    return checkpoint->ReadFloats(files_, *variable, max_rows);
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
};

TEST_F(CheckpointTest, VariablesOfOneThatTensorFlowWrote) {
  const auto checkpoint = Checkpoint::Open(RealFileSystem(), kFixture, kPrefix);
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().message;
  std::vector<std::string> names;
  for (const auto& variable : checkpoint->variables()) names.push_back(variable.name);
  EXPECT_THAT(names, ElementsAre("_CHECKPOINTABLE_OBJECT_GRAPH", "bias/.ATTRIBUTES/VARIABLE_VALUE",
                                 kMatrix, "save_counter/.ATTRIBUTES/VARIABLE_VALUE"));
  const CheckpointVariable* const matrix = checkpoint->Find(kMatrix);
  ASSERT_NE(matrix, nullptr);
  EXPECT_THAT(matrix->shape, ElementsAre(12, 5));
  EXPECT_EQ(checkpoint->Find("embedding"), nullptr);

  const auto bytes = checkpoint->ReadFloats(RealFileSystem(), *matrix, 0);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  EXPECT_EQ(bytes->size(), 240u);
  EXPECT_EQ(Floats(*bytes)[0], -0.4806038737297058F);
  const auto two_rows = checkpoint->ReadFloats(RealFileSystem(), *matrix, 2);
  ASSERT_TRUE(two_rows.has_value());
  EXPECT_EQ(*two_rows, bytes->substr(0, 40));
}

TEST_F(CheckpointTest, AnIndexThatWasCutOrChangedIsRefused) {
  const std::string index = ReadFixture(".index");
  ASSERT_TRUE(Checkpoint::FromIndex(index, "", "").has_value());
  for (size_t cut = 0; cut < index.size(); ++cut) {
    EXPECT_FALSE(Checkpoint::FromIndex(index.substr(0, cut), "", "").has_value()) << cut;
  }
  constexpr size_t kFooterBytes = 48;
  for (size_t place = 0; place < index.size() - kFooterBytes; ++place) {
    std::string flipped = index;
    flipped[place] ^= 0x10;
    const auto checkpoint = Checkpoint::FromIndex(flipped, "", "");
    // The first block is empty, and nobody reads it.
    if (checkpoint.has_value()) {
      EXPECT_EQ(checkpoint->variables().size(), 4u) << place;
    } else {
      EXPECT_EQ(checkpoint.error().code, Code::kDataLoss) << place;
    }
  }
}

TEST_F(CheckpointTest, NumbersThatWereChangedFailTheirChecksum) {
  files_.Write("logs/c.index", ReadFixture(".index"));
  std::string data = ReadFixture(".data-00000-of-00001");
  files_.Write("logs/c.data-00000-of-00001", data);
  ASSERT_TRUE(Read(kMatrix).has_value());
  data[100] ^= 1;
  files_.Write("logs/c.data-00000-of-00001", data);
  EXPECT_EQ(Read(kMatrix).error().code, Code::kDataLoss);
  files_.Write("logs/c.data-00000-of-00001", data.substr(0, 100));
  EXPECT_THAT(Read(kMatrix, 1).error().message, HasSubstr("too short"));
  files_.Remove("logs/c.data-00000-of-00001");
  EXPECT_EQ(Read(kMatrix).error().code, Code::kNotFound);
}

TEST_F(CheckpointTest, NumbersOfAllTypesBecomeFloats) {
  const double double_ = 0.1;
  const int64_t int64 = -3;
  std::string two_doubles;
  AppendTableLittle(double_, two_doubles);
  AppendTableLittle(1e300, two_doubles);
  std::string integer;
  AppendTableLittle(int64, integer);
  Write({{"a", DataType::kDouble, {2, 1}, two_doubles},
         {"b", DataType::kInt64, {}, integer},
         {"c", DataType::kHalf, {1, 2}, std::string("\x00\x3c\x00\xc0", 4)},
         {"d", DataType::kUint8, {3}, "\x01\x02\xff"},
         {"e", DataType::kString, {1}, "x"},
         {"f", DataType::kFloat, {3, 1}, "12345678"},
         {"g", DataType::kFloat, {0, 4}, ""}});
  EXPECT_THAT(Floats(*Read("a")), ElementsAre(0.1F, std::numeric_limits<float>::infinity()));
  EXPECT_THAT(Floats(*Read("a", 1)), ElementsAre(0.1F));
  EXPECT_THAT(Floats(*Read("b", 5)), ElementsAre(-3.0F));
  EXPECT_THAT(Floats(*Read("c")), ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(Floats(*Read("d", 2)), ElementsAre(1.0F, 2.0F));
  EXPECT_EQ(Read("e").error().code, Code::kInvalidArgument);
  EXPECT_EQ(Read("f").error().code, Code::kDataLoss);
  EXPECT_EQ(*Read("g"), "");
}

TEST_F(CheckpointTest, LargeOnesAreReadPieceByPiece) {
  constexpr uint64_t kRows = 300'000;
  std::string doubles;
  for (uint64_t i = 0; i < kRows; ++i) AppendTableLittle(static_cast<double>(i), doubles);
  Write({{"x", DataType::kDouble, {kRows, 1}, doubles}});
  const std::vector<float> floats = Floats(*Read("x"));
  ASSERT_EQ(floats.size(), kRows);
  for (uint64_t i = 0; i < kRows; ++i) ASSERT_EQ(floats[i], static_cast<float>(i));
  EXPECT_EQ(Floats(*Read("x", 200'000)).size(), 200'000u);
}

TEST_F(CheckpointTest, APrefixDoesNotLeaveTheDirectory) {
  Write({{"x", DataType::kFloat, {1}, "1234"}});
  EXPECT_TRUE(Checkpoint::Open(files_, "logs", "c").has_value());
  files_.MakeDirectory("logs/run");
  const auto status = Checkpoint::Open(files_, "logs/run", "../c");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Code::kInvalidArgument);
  EXPECT_FALSE(Checkpoint::Open(files_, "logs", "/logs/c").has_value());
}

std::vector<std::string> Keys(std::string_view table) {
  std::vector<std::string> keys;
  const Status status = WalkTable(table, 100, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return Status();
  });
  if (!status) keys = {std::string(CodeName(status.error().code))};
  return keys;
}

TEST(TableWalkTest, KeysShareTheirBeginnings) {
  std::string entries = TableEntry("abc", "1");
  entries += std::string("\x02\x01\x01", 3) + "d2";
  entries += std::string("\x00\x01\x00", 3) + "b";
  EXPECT_THAT(Keys(MakeTable(entries)), ElementsAre("abc", "abd", "b"));
}

TEST(TableWalkTest, HostileEntriesAreDamage) {
  EXPECT_THAT(Keys(MakeTable(std::string("\x01\x01\x00", 3) + "a")), ElementsAre("DATA_LOSS"));
  EXPECT_THAT(Keys(MakeTable(std::string("\x00\x05\x00", 3) + "a")), ElementsAre("DATA_LOSS"));
  EXPECT_THAT(Keys(MakeTable(std::string("\x00\x01\x05", 3) + "a")), ElementsAre("DATA_LOSS"));
  EXPECT_THAT(Keys(MakeTable(std::string(12, '\xff'))), ElementsAre("DATA_LOSS"));
  EXPECT_THAT(Keys(MakeTable(TableEntry(std::string(101, 'k'), ""))), ElementsAre("DATA_LOSS"));
  EXPECT_THAT(Keys(MakeTable(TableEntry("a", ""), /*kind=*/1)), ElementsAre("UNIMPLEMENTED"));
}

TEST(TableWalkTest, ABlockCountsOnce) {
  std::string table;
  const std::string block = AppendTableBlock(TableEntry("a", std::string(1000, 'x')), table);
  std::string index_entries;
  for (int i = 0; i < 1000; ++i) index_entries += TableEntry("z", block);
  const std::string index = AppendTableBlock(index_entries, table);
  EXPECT_THAT(Keys(FinishTable(table, index)), ElementsAre("DATA_LOSS"));
}

}  // namespace
}  // namespace stepscope
