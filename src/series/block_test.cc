#include "series/block.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

struct Points {
  ValueType type = ValueType::kFloat32;
  std::vector<int64_t> steps;
  std::vector<double> wall_times;
  std::vector<uint64_t> bits;

  size_t size() const { return steps.size(); }
};

// Encodes, checks and decodes again; returns the bytes that it took.
size_t ExpectExact(const Points& points) {
  std::vector<float> float32;
  std::vector<double> float64;
  std::vector<int64_t> int64;
  for (const uint64_t bits : points.bits) {
    float32.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    float64.push_back(std::bit_cast<double>(bits));
    int64.push_back(static_cast<int64_t>(bits));
  }
  ScalarSpan span{.type = points.type, .steps = points.steps, .wall_times = points.wall_times};
  switch (points.type) {
    case ValueType::kFloat32:
      span.float32 = float32;
      break;
    case ValueType::kFloat64:
      span.float64 = float64;
      break;
    case ValueType::kInt64:
      span.int64 = int64;
      break;
    case ValueType::kUint64:
    case ValueType::kBool:
      span.uint64 = points.bits;
      break;
  }
  std::vector<uint64_t> words(kMaxBlockBytes / sizeof(uint64_t));
  auto* const packed = reinterpret_cast<std::byte*>(words.data());
  const size_t bytes = EncodeBlock(span, packed);
  EXPECT_LE(bytes, kMaxBlockBytes);
  EXPECT_EQ(bytes % 8, 0u);

  const BlockShape shape = CheckBlock({packed, bytes});
  EXPECT_EQ(shape.count, points.size());
  EXPECT_EQ(shape.bytes, bytes);
  EXPECT_EQ(shape.type, points.type);
  EXPECT_EQ(CheckBlock({packed, bytes - 1}).count, 0u);

  ScalarBuffer buffer;
  const ScalarSpan read = DecodeBlock(packed, buffer, kWholePoints);
  EXPECT_EQ(read.size(), points.size());
  BlockSummary summary;
  const bool has_summary = Summarize(span, summary);
  for (size_t i = 0; i < points.size(); i += 1 + points.size() / 7) {
    for (const bool has_pieces : {false, has_summary}) {
      const PointBits point = DecodePoint(packed, i, has_pieces ? &summary : nullptr);
      EXPECT_EQ(point.step, points.steps[i]);
      EXPECT_EQ(std::bit_cast<uint64_t>(point.wall_time),
                std::bit_cast<uint64_t>(points.wall_times[i]));
      EXPECT_EQ(point.bits, points.bits[i]);
    }
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const bool is_same = read.steps[i] == points.steps[i] &&
                         std::bit_cast<uint64_t>(read.wall_times[i]) ==
                             std::bit_cast<uint64_t>(points.wall_times[i]) &&
                         read.ValueBits(i) == points.bits[i];
    if (!is_same) {
      ADD_FAILURE() << "point " << i << " of " << points.size();
      break;
    }
  }
  return bytes;
}

TEST(BlockTest, AnyBitsOfAnyTypeInAnyNumberComeBack) {
  std::mt19937_64 random(1);
  for (const ValueType type : {ValueType::kFloat32, ValueType::kFloat64, ValueType::kInt64,
                               ValueType::kUint64, ValueType::kBool}) {
    for (const size_t count : {1, 2, 3, 31, 32, 33, 255, 256, 257, 500, 1023, 1024}) {
      // From nothing but noise to nothing but one number: every width of every part occurs.
      for (unsigned shift = 0; shift <= 64; shift += 3) {
        const auto noise = [&] { return shift == 64 ? 0 : random() >> shift; };
        Points points{.type = type};
        for (size_t i = 0; i < count; ++i) {
          points.steps.push_back(static_cast<int64_t>(noise()));
          points.wall_times.push_back(std::bit_cast<double>(noise()));
          const uint64_t bits = noise();
          points.bits.push_back(type == ValueType::kFloat32 ? bits & 0xffffffff
                                : type == ValueType::kBool  ? bits & 1
                                                            : bits);
        }
        SCOPED_TRACE("type " + std::to_string(static_cast<int>(type)) + ", shift " +
                     std::to_string(shift));
        ExpectExact(points);
        if (HasFailure()) return;
      }
    }
  }
}

TEST(BlockTest, ExtremesComeBack) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Points points{.type = ValueType::kFloat64};
  for (const double value : {0.0, -0.0, kInf, -kInf, kNan, -kNan, 5e-324, -5e-324, 1.7e308}) {
    for (const int64_t step : {INT64_MIN, INT64_MAX, int64_t{0}, int64_t{-1}}) {
      points.steps.push_back(step);
      points.wall_times.push_back(-value);
      points.bits.push_back(std::bit_cast<uint64_t>(value));
    }
  }
  ExpectExact(points);
  points.type = ValueType::kInt64;
  ExpectExact(points);
  points.type = ValueType::kUint64;
  ExpectExact(points);
}

Points Training(size_t count, ValueType type) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> noise(0, 1);
  Points points{.type = type};
  double time = 1.7e9;
  for (size_t i = 0; i < count; ++i) {
    points.steps.push_back(static_cast<int64_t>(i));
    points.wall_times.push_back(time += 0.1 + 0.02 * noise(random));
    const double value = 0.5 + 0.2 * noise(random);
    points.bits.push_back(type == ValueType::kFloat32
                              ? std::bit_cast<uint32_t>(static_cast<float>(value))
                              : std::bit_cast<uint64_t>(value));
  }
  return points;
}

TEST(BlockTest, WhatTrainingLogsIsSmall) {
  EXPECT_LE(ExpectExact(Training(1024, ValueType::kFloat32)), 1024 * 5.3);
  EXPECT_LE(ExpectExact(Training(10, ValueType::kFloat32)), 10 * 12);
  Points regular{.type = ValueType::kInt64};
  for (int i = 0; i < 1000; ++i) {
    regular.steps.push_back(100 * i);
    regular.wall_times.push_back(1.7e9 + i);
    regular.bits.push_back(static_cast<uint64_t>(64 * i));
  }
  EXPECT_LE(ExpectExact(regular), 60u);
}

TEST(BlockTest, PartsAreReadAlone) {
  const Points points = Training(700, ValueType::kFloat32);
  std::vector<float> values;
  for (const uint64_t bits : points.bits) {
    values.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
  std::vector<uint64_t> words(kMaxBlockBytes / sizeof(uint64_t));
  auto* const packed = reinterpret_cast<std::byte*>(words.data());
  EncodeBlock({.steps = points.steps, .wall_times = points.wall_times, .float32 = values}, packed);
  ScalarBuffer buffer;
  const ScalarSpan alone = DecodeBlock(packed, buffer, kValues);
  EXPECT_EQ(alone.size(), 700u);
  EXPECT_TRUE(alone.wall_times.empty());
  EXPECT_EQ(std::vector<float>(alone.float32.begin(), alone.float32.end()), values);
  const ScalarSpan times = DecodeBlock(packed, buffer, kWallTimes);
  EXPECT_TRUE(times.float32.empty());
  EXPECT_EQ(std::vector<double>(times.wall_times.begin(), times.wall_times.end()),
            points.wall_times);
}

TEST(BlockTest, SummariesSayWhatThePointsAre) {
  const std::vector<int64_t> steps = {5, 3, 9, 9, 4};
  const std::vector<double> times = {10, 30, 20, 5, 25};
  const std::vector<int64_t> values = {2, -7, 8, 8, -7};
  const ScalarSpan points{
      .type = ValueType::kInt64, .steps = steps, .wall_times = times, .int64 = values};
  BlockSummary summary;
  ASSERT_TRUE(Summarize(points, summary));
  EXPECT_EQ(summary.first, (PointBits{5, 10, 2}));
  EXPECT_EQ(summary.last, (PointBits{4, 25, static_cast<uint64_t>(-7)}));
  EXPECT_EQ(summary.lowest, (PointBits{3, 30, static_cast<uint64_t>(-7)}));
  EXPECT_EQ(summary.highest, (PointBits{9, 20, 8}));
  EXPECT_EQ(summary.lowest_at, 1u);
  EXPECT_EQ(summary.highest_at, 2u);
  EXPECT_EQ(summary.lowest_step, 3);
  EXPECT_EQ(summary.highest_step, 9);
  EXPECT_EQ(summary.earliest, 5);
  EXPECT_EQ(summary.latest, 30);
  EXPECT_FALSE(summary.has_sorted_steps);
  EXPECT_FALSE(summary.has_sorted_times);
  const std::vector<int64_t> sorted = {1, 1, 2, 3, 3};
  ASSERT_TRUE(Summarize(
      {.type = ValueType::kInt64, .steps = sorted, .wall_times = times, .int64 = values}, summary));
  EXPECT_TRUE(summary.has_sorted_steps);
}

TEST(BlockTest, WhatIsNotFiniteHasNoSummary) {
  const std::vector<int64_t> steps = {1, 2};
  const std::vector<double> times = {1, 2};
  for (const double odd :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> values = {1, odd};
    BlockSummary summary;
    EXPECT_FALSE(Summarize(
        {.type = ValueType::kFloat64, .steps = steps, .wall_times = times, .float64 = values},
        summary));
    EXPECT_FALSE(Summarize(
        {.type = ValueType::kFloat64, .steps = steps, .wall_times = values, .float64 = times},
        summary));
  }
}

TEST(BlockTest, DamageIsNoticedOrHarmless) {
  const Points points = Training(300, ValueType::kFloat32);
  std::vector<float> values(300, 0.25f);
  std::vector<uint64_t> words(kMaxBlockBytes / sizeof(uint64_t));
  auto* const packed = reinterpret_cast<std::byte*>(words.data());
  const size_t bytes = EncodeBlock(
      {.steps = points.steps, .wall_times = points.wall_times, .float32 = values}, packed);
  ScalarBuffer buffer;
  for (size_t i = 0; i < 8; ++i) {
    for (int value = 0; value < 256; ++value) {
      std::vector<uint64_t> damaged(words.begin(),
                                    words.begin() + static_cast<ptrdiff_t>(bytes / 8));
      auto* const block = reinterpret_cast<std::byte*>(damaged.data());
      block[i] = static_cast<std::byte>(value);
      const BlockShape shape = CheckBlock({block, bytes});
      if (shape.count == 0) continue;
      ASSERT_LE(shape.bytes, bytes);
      EXPECT_EQ(DecodeBlock(block, buffer, kWholePoints).size(), shape.count);
    }
  }
}

}  // namespace
}  // namespace stepscope
