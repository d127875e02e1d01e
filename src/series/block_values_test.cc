#include "series/block_values.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

// Few different numbers, both zeros among them, or many; some smooth, which are kept as
// differences.
std::vector<uint64_t> Draw(ValueType type, size_t count, std::mt19937_64& random) {
  std::vector<uint64_t> bits;
  const uint64_t range = uint64_t{1} << (1 + random() % 40);
  const bool is_smooth = random() % 3 == 0;
  for (size_t i = 0; i < count; ++i) {
    const auto number =
        static_cast<int64_t>(is_smooth ? 7 * i + random() % 3 : random() % range) - 5;
    const double value = number == 0 && random() % 2 == 0 ? -0.0 : static_cast<double>(number);
    switch (type) {
      case ValueType::kFloat32:
        bits.push_back(std::bit_cast<uint32_t>(static_cast<float>(value)));
        break;
      case ValueType::kFloat64:
        bits.push_back(std::bit_cast<uint64_t>(value));
        break;
      case ValueType::kInt64:
        bits.push_back(static_cast<uint64_t>(number));
        break;
      case ValueType::kUint64:
      case ValueType::kBool:
        bits.push_back(static_cast<uint64_t>(number + 5));
        break;
    }
  }
  return bits;
}

// A block in words, so that it is aligned.
struct Encoded {
  std::vector<uint64_t> words = std::vector<uint64_t>(kMaxBlockBytes / sizeof(uint64_t));
  BlockSummary summary;
};

Encoded Encode(ValueType type, const std::vector<uint64_t>& bits) {
  const std::vector<int64_t> steps(bits.size(), 1);
  const std::vector<double> times(bits.size(), 2);
  std::vector<float> float32;
  std::vector<double> float64;
  std::vector<int64_t> int64;
  for (const uint64_t b : bits) {
    float32.push_back(std::bit_cast<float>(static_cast<uint32_t>(b)));
    float64.push_back(std::bit_cast<double>(b));
    int64.push_back(static_cast<int64_t>(b));
  }
  ScalarSpan span{.type = type, .steps = steps, .wall_times = times};
  if (type == ValueType::kFloat32) span.float32 = float32;
  if (type == ValueType::kFloat64) span.float64 = float64;
  if (type == ValueType::kInt64) span.int64 = int64;
  if (type == ValueType::kUint64 || type == ValueType::kBool) span.uint64 = bits;
  Encoded block;
  EncodeBlock(span, reinterpret_cast<std::byte*>(block.words.data()));
  EXPECT_TRUE(Summarize(span, block.summary));
  return block;
}

TEST(BlockValuesTest, FindsTheFirstLowestAndHighestOfAnyStretch) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(round);
    const auto type = static_cast<ValueType>(random() % 4);
    const size_t count = 1 + random() % kMaxBlockPoints;
    const std::vector<uint64_t> bits = Draw(type, count, random);
    std::vector<double> numbers;
    for (const uint64_t b : bits) numbers.push_back(NumberOf(type, b));
    const Encoded block = Encode(type, bits);
    BlockValues values;
    values.Read(reinterpret_cast<const std::byte*>(block.words.data()), block.summary);
    for (int stretch = 0; stretch < 20; ++stretch) {
      const size_t begin = random() % count;
      const size_t end = begin + 1 + random() % (count - begin);
      const auto first = numbers.begin() + static_cast<ptrdiff_t>(begin);
      const auto last = numbers.begin() + static_cast<ptrdiff_t>(end);
      const auto lowest = std::min_element(first, last);
      const auto highest = std::max_element(first, last);
      const BlockValues::Range range = values.RangeOf(begin, end);
      EXPECT_EQ(values.NumberOf(range.lowest), *lowest);
      EXPECT_EQ(values.NumberOf(range.highest), *highest);
      EXPECT_EQ(range.lowest_at, lowest - numbers.begin());
      EXPECT_EQ(range.highest_at, highest - numbers.begin());
    }
  }
}

}  // namespace
}  // namespace stepscope
