#include "plugins/projector/tensor_file.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/projector/line_reader.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class TensorFileTest : public ::testing::Test {
 protected:
  const RandomAccessFile& File(std::string_view bytes) {
    files_.Write("t", bytes);
    file_ = *files_.Open("t");
    return *file_;
  }
  Result<std::string> Read(std::string_view bytes, const std::vector<uint32_t>& shape = {},
                           uint64_t max_rows = 0) {
    return ReadTensorFile(File(bytes), shape, max_rows);
  }
  std::vector<float> Floats(std::string_view bytes, const std::vector<uint32_t>& shape = {},
                            uint64_t max_rows = 0) {
    const auto body = Read(bytes, shape, max_rows);
    EXPECT_TRUE(body.has_value()) << body.error().message;
    if (!body) return {};
    std::vector<float> floats(body->size() / sizeof(float));
    std::memcpy(floats.data(), body->data(), body->size());
    return floats;
  }
  std::string Measure(std::string_view bytes, uint64_t max_bytes = kMaxTensorTextBytes) {
    const auto size = MeasureTensorText(File(bytes), max_bytes);
    if (!size) return size.error().message;
    if (!*size) return "nothing";
    return std::to_string((*size)->rows) + " x " + std::to_string((*size)->columns);
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  std::unique_ptr<RandomAccessFile> file_;
};

TEST_F(TensorFileTest, NumbersAsPythonReadsThem) {
  EXPECT_THAT(Floats("1\t-2.5\n.5\t1e3\r\n\n 7 \t+8\n"), ElementsAre(1, -2.5, 0.5, 1000, 7, 8));
  EXPECT_THAT(Floats("inf\t-Infinity\t1e400\t-1e400\t1e-400\t1e39"),
              ElementsAre(kInfinity, -kInfinity, kInfinity, -kInfinity, 0, kInfinity));
  EXPECT_TRUE(std::isnan(Floats("nan")[0]));
  EXPECT_THAT(Floats("1\n2\n3\n", {}, 2), ElementsAre(1, 2));
  EXPECT_THAT(Floats("1\n2\nwrong\n", {}, 2), ElementsAre(1, 2));
}

TEST_F(TensorFileTest, WhatIsNoTensorIsRefusedByItsLine) {
  EXPECT_THAT(Read("1\t2\n\n3\t\n").error().message, HasSubstr("line 3"));
  EXPECT_THAT(Read("1\t2\n3\n").error().message, HasSubstr("line 2 of the tensor has 1 numbers"));
  EXPECT_THAT(Read("a\xc3\xa9\n").error().message, HasSubstr("\"a\xc3\xa9\", which is no number"));
  for (const char* text : {"", "\n\n", "0x10", "1_0", "--1", "1 2", "1e"}) {
    EXPECT_EQ(Read(text).error().code, Code::kInvalidArgument) << text;
  }
}

TEST_F(TensorFileTest, WhatIsNoTextIsFloats) {
  const float numbers[] = {1, 2, 3, -4.5, 1e-30F, 0};
  const std::string_view bytes(reinterpret_cast<const char*>(numbers), sizeof(numbers));
  EXPECT_THAT(Floats(bytes, {2, 3}), ElementsAre(1, 2, 3, -4.5, 1e-30F, 0));
  EXPECT_THAT(Floats(bytes, {3, 2}, 1), ElementsAre(1, 2));
  EXPECT_THAT(Floats(bytes, {3, 2}, 9).size(), 6u);
  // Also where its first bytes could be a row.
  const std::string_view mixed = "1\n2\n3\n\xff\xff";
  EXPECT_EQ(*Read(mixed, {2, 1}), mixed);
  EXPECT_EQ(*Read(mixed, {2, 1}, 1), "1\n2\n");
  EXPECT_EQ(Measure(mixed), "nothing");
  for (const std::vector<uint32_t>& shape : std::vector<std::vector<uint32_t>>{
           {}, {6}, {2, 2}, {0, 0}, {6, 1, 1}, {4'000'000'000, 4'000'000'000}}) {
    EXPECT_EQ(Read(bytes, shape).error().code, Code::kInvalidArgument);
  }
}

TEST_F(TensorFileTest, PiecesOfAFileJoin) {
  // Several chunks, with line ends at all places of a chunk's end.
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += std::to_string(i) + "\t1\n";
  const std::vector<float> floats = Floats(text);
  ASSERT_EQ(floats.size(), 800'000u);
  for (int i = 0; i < 400'000; ++i) ASSERT_EQ(floats[2 * i], static_cast<float>(i));
  EXPECT_EQ(Measure(text), "400000 x 2");
}

TEST_F(TensorFileTest, SizesAreThoseThatAreRead) {
  EXPECT_EQ(Measure("1\t2\t3\n\n4\t5\t6\r\n\r\n7\t8\t9"), "3 x 3");
  EXPECT_EQ(Measure("a\tb\n"), "nothing");
  EXPECT_EQ(Measure(""), "nothing");
  EXPECT_EQ(Measure(std::string_view("\0\0\0\0", 4)), "nothing");
  EXPECT_EQ(Measure("1\n2\n", 3), "nothing");
}

TEST_F(TensorFileTest, ALineHasALimit) {
  const std::string text(LineReader::kMaxLineBytes + (2 << 20), '1');
  EXPECT_EQ(Read(text).error().code, Code::kResourceExhausted);
  EXPECT_EQ(Measure(text), "nothing");
  // Numbers without any byte that ends a line.
  const std::string bytes(text.size(), '\x80');
  const auto body = Read(bytes, {1, static_cast<uint32_t>(bytes.size() / 4)});
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(*body, bytes);
}

}  // namespace
}  // namespace stepscope
