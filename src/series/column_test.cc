#include "series/column.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

uint64_t Bits(float value) { return std::bit_cast<uint32_t>(value); }
uint64_t Bits(double value) { return std::bit_cast<uint64_t>(value); }

std::vector<double> ValuesOf(const ScalarColumnView& view) {
  std::vector<double> values;
  ScalarBuffer buffer;
  for (size_t b = 0; b < view.block_count(); ++b) {
    const ScalarSpan block = view.Read(b, buffer);
    for (size_t i = 0; i < block.size(); ++i) values.push_back(block.ValueAsDouble(i));
  }
  return values;
}

TEST(ScalarColumnTest, EmptyColumnHasNoBlocks) {
  const ScalarColumn column;
  EXPECT_TRUE(column.View().empty());
  EXPECT_EQ(column.View().block_count(), 0u);
  EXPECT_EQ(column.MemoryBytes(), 0u);
}

TEST(ScalarColumnTest, KeepsEveryPointExactly) {
  ScalarColumn column;
  constexpr int kPoints = 5000;
  for (int i = 0; i < kPoints; ++i) {
    column.Append(i * 10 - 7, 0.25 * i, ValueType::kFloat32, Bits(0.1f * static_cast<float>(i)));
  }
  const ScalarColumnView view = column.View();
  ASSERT_EQ(view.size(), uint64_t{kPoints});
  int point = 0;
  ScalarBuffer buffer;
  for (size_t b = 0; b < view.block_count(); ++b) {
    const ScalarSpan block = view.Read(b, buffer);
    ASSERT_EQ(block.type, ValueType::kFloat32);
    ASSERT_EQ(block.float32.size(), block.size());
    ASSERT_TRUE(block.float64.empty());
    for (size_t i = 0; i < block.size(); ++i, ++point) {
      EXPECT_EQ(block.steps[i], point * 10 - 7);
      EXPECT_EQ(block.wall_times[i], 0.25 * point);
      EXPECT_EQ(block.float32[i], 0.1f * static_cast<float>(point));
    }
  }
  EXPECT_EQ(point, kPoints);
}

TEST(ScalarColumnTest, WhatAViewSeesIsNotUsedAgain) {
  ScalarColumn column;
  const auto append = [](ScalarColumn& to, int count, float value) {
    for (int i = 0; i < count; ++i) to.Append(i, i, ValueType::kFloat32, Bits(value));
  };
  append(column, 10, 1);
  const ScalarColumnView small = column.View();
  append(column, 40, 1);  // Outgrows what the first view sees,
  const ScalarColumnView large = column.View();
  column.Seal();  // and packs what the second one does.
  ScalarColumn unseen;
  append(unseen, 50, 2);
  unseen.Seal();  // Nobody looks at its tail, which the next one may have.
  std::vector<ScalarColumn> others(5);
  for (ScalarColumn& other : others) append(other, 1200, 3);
  EXPECT_EQ(ValuesOf(small), std::vector<double>(10, 1));
  EXPECT_EQ(ValuesOf(large), std::vector<double>(50, 1));
  EXPECT_EQ(ValuesOf(unseen.View()), std::vector<double>(50, 2));
  for (const ScalarColumn& other : others) {
    EXPECT_EQ(ValuesOf(other.View()), std::vector<double>(1200, 3));
  }
}

TEST(ScalarColumnTest, FindsTheBlockOfAnOrdinal) {
  ScalarColumn column;
  for (int i = 0; i < 3000; ++i) column.Append(i, i, ValueType::kFloat32, 0);
  const ScalarColumnView view = column.View();
  ScalarBuffer buffer;
  for (uint64_t ordinal = 0; ordinal < view.size(); ++ordinal) {
    const ScalarColumnView::Place place = view.Find(ordinal);
    const ScalarSpan block = view.Read(place.block, buffer);
    ASSERT_LE(place.first_ordinal, ordinal);
    ASSERT_LT(ordinal - place.first_ordinal, block.size());
    ASSERT_EQ(block.steps[ordinal - place.first_ordinal], static_cast<int64_t>(ordinal));
  }
}

TEST(ScalarColumnTest, KeepsTypesAndExtremes) {
  ScalarColumn column;
  constexpr auto kNan = std::numeric_limits<double>::quiet_NaN();
  column.Append(0, kNan, ValueType::kFloat64, Bits(0.1));
  column.Append(INT64_MIN, -1, ValueType::kFloat64, Bits(kNan));
  column.Append(INT64_MAX, 0, ValueType::kInt64, static_cast<uint64_t>(INT64_MIN));
  column.Append(0, 0, ValueType::kUint64, UINT64_MAX);
  column.Append(0, 0, ValueType::kBool, 1);
  column.Append(0, 0, ValueType::kFloat32, Bits(std::numeric_limits<float>::infinity()));

  const ScalarColumnView view = column.View();
  ASSERT_EQ(view.size(), 6u);
  ScalarBuffer buffer;
  EXPECT_TRUE(std::isnan(view.Read(0, buffer).wall_times[0]));
  EXPECT_EQ(view.Read(0, buffer).float64[0], 0.1);
  EXPECT_TRUE(std::isnan(view.Read(0, buffer).float64[1]));
  EXPECT_EQ(view.Read(0, buffer).steps[1], INT64_MIN);
  EXPECT_EQ(view.Read(1, buffer).int64[0], INT64_MIN);
  EXPECT_EQ(view.Read(1, buffer).steps[0], INT64_MAX);
  EXPECT_EQ(view.Read(2, buffer).uint64[0], UINT64_MAX);
  EXPECT_EQ(view.Read(3, buffer).type, ValueType::kBool);
  EXPECT_EQ(view.Read(3, buffer).ValueAsDouble(0), 1);
  EXPECT_TRUE(std::isinf(view.Read(4, buffer).float32[0]));
}

TEST(ScalarColumnTest, AnOldViewDoesNotSeeLaterPoints) {
  ScalarColumn column;
  std::vector<ScalarColumnView> views;
  for (int i = 0; i < 2000; ++i) {
    views.push_back(column.View());
    column.Append(i, i, i % 700 == 699 ? ValueType::kInt64 : ValueType::kFloat64,
                  i % 700 == 699 ? static_cast<uint64_t>(i) : Bits(static_cast<double>(i)));
  }
  for (size_t i = 0; i < views.size(); ++i) {
    const std::vector<double> values = ValuesOf(views[i]);
    ASSERT_EQ(values.size(), i);
    for (size_t j = 0; j < i; j += 97) ASSERT_EQ(values[j], static_cast<double>(j));
  }
}

TEST(ScalarColumnTest, AViewOutlivesItsColumn) {
  ScalarColumnView view;
  {
    ScalarColumn column;
    for (int i = 0; i < 100; ++i) column.Append(i, i, ValueType::kInt64, static_cast<uint64_t>(i));
    view = column.View();
  }
  EXPECT_EQ(ValuesOf(view).back(), 99);
}

TEST(ScalarColumnTest, MemoryFollowsThePoints) {
  ScalarColumn small;
  for (int i = 0; i < 10; ++i) small.Append(i, i, ValueType::kFloat32, 0);
  EXPECT_LE(small.MemoryBytes(), 500u);

  ScalarColumn large;
  for (int i = 0; i < 100'000; ++i) large.Append(i, i, ValueType::kFloat32, 0);
  large.Seal();
  EXPECT_LE(large.MemoryBytes(), 100'000 * 1.5);  // Regular steps, and times that nearly are.

  // A file that changes the type at every point must not take a large block for each.
  ScalarColumn changing;
  for (int i = 0; i < 10'000; ++i) {
    changing.Append(i, i, i % 2 == 0 ? ValueType::kFloat32 : ValueType::kFloat64, 0);
  }
  EXPECT_LE(changing.MemoryBytes(), 10'000 * 200u);
}

TEST(ScalarColumnTest, KnowsSinceWhichBlockNothingGoesBack) {
  // Block 0 grows; 1 grows from below it; 2 goes on; 3 goes back inside; 4 has a NaN; 5 and 6 grow.
  ScalarColumn column;
  for (int i = 0; i < 7 * static_cast<int>(kMaxBlockPoints); ++i) {
    const int block = i / static_cast<int>(kMaxBlockPoints);
    const int step = block == 0 ? i + 5000 : block == 3 && i % 100 == 7 ? i - 50 : i;
    const float value = block == 4 && i % 500 == 3 ? std::nanf("") : 1.0f;
    column.Append(step, 100 + i - (i == 5500 ? 10 : 0), ValueType::kFloat32, Bits(value));
  }
  column.Append(8000, 8000, ValueType::kFloat32, Bits(1.0f));  // Not sealed.
  const ScalarColumnView view = column.View();
  ASSERT_EQ(view.block_count(), 8u);
  std::vector<uint32_t> steps;
  std::vector<uint32_t> times;
  for (size_t b = 0; b < view.block_count(); ++b) {
    steps.push_back(view.steps_sorted_from(b));
    times.push_back(view.times_sorted_from(b));
  }
  constexpr uint32_t kNone = UINT32_MAX;
  EXPECT_EQ(steps, (std::vector<uint32_t>{0, 1, 1, kNone, kNone, 5, 5, kNone}));
  EXPECT_EQ(times, (std::vector<uint32_t>{0, 0, 0, 0, kNone, kNone, 6, kNone}));
}

TEST(BlobColumnTest, KeepsEveryReference) {
  BlobColumn column;
  std::vector<BlobColumnView> views;
  for (uint32_t i = 0; i < 3000; ++i) {
    if (i % 100 == 0) views.push_back(column.View());
    column.Append(i, 0.5 * i,
                  {.record_offset = uint64_t{i} << 32,
                   .record_length = i,
                   .value_offset = i + 1,
                   .value_length = i + 2});
  }
  views.push_back(column.View());
  EXPECT_EQ(views.front().size(), 0u);
  EXPECT_EQ(views[5].size(), 500u);
  uint32_t point = 0;
  for (size_t b = 0; b < views.back().block_count(); ++b) {
    const BlobSpan block = views.back().block(b);
    for (size_t i = 0; i < block.size(); ++i, ++point) {
      EXPECT_EQ(block.steps[i], point);
      EXPECT_EQ(block.wall_times[i], 0.5 * point);
      EXPECT_EQ(block.refs[i].record_offset, uint64_t{point} << 32);
      EXPECT_EQ(block.refs[i].record_length, point);
      EXPECT_EQ(block.refs[i].value_offset, point + 1);
      EXPECT_EQ(block.refs[i].value_length, point + 2);
    }
  }
  EXPECT_EQ(point, 3000u);
}

}  // namespace
}  // namespace stepscope
