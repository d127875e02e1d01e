#include "base/stats.h"

#include <string>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(StatsTest, CountsAllAndKeepsTheFirstOccurrences) {
  Stats stats;
  for (uint64_t i = 0; i < Stats::kMaxOccurrences + 5; ++i) {
    stats.Add(Stat::kRecordChecksum, {.file = "a", .offset = i, .detail = ""});
  }
  const auto summary = stats.Get().at(Stat::kRecordChecksum);
  EXPECT_EQ(summary.count, Stats::kMaxOccurrences + 5);
  EXPECT_EQ(summary.occurrences.size(), Stats::kMaxOccurrences);
  EXPECT_EQ(summary.occurrences.back().offset, Stats::kMaxOccurrences - 1);
}

TEST(StatsTest, AFileReadAnewTakesItsCountsBack) {
  Stats stats;
  stats.Add(Stat::kNotAnEvent, {.file = "a", .offset = 1, .detail = ""});
  stats.Add(Stat::kNotAnEvent, {.file = "b", .offset = 2, .detail = ""});
  const uint64_t before = stats.revision();
  stats.RemoveFile("a");
  EXPECT_GT(stats.revision(), before);
  EXPECT_EQ(stats.Get().at(Stat::kNotAnEvent).count, 1U);
  stats.RemoveFile("b");
  EXPECT_TRUE(stats.Get().empty());
}

TEST(StatsTest, CountsByFileAlsoWhatIsNotListed) {
  Stats stats;
  for (uint64_t i = 0; i < Stats::kMaxOccurrences + 5; ++i) {
    stats.Add(Stat::kRecordChecksum, {.file = i % 2 == 0 ? "a" : "b", .offset = i, .detail = ""});
  }
  const auto counts = stats.CountByFile(Stat::kRecordChecksum);
  EXPECT_EQ(counts.at("a"), Stats::kMaxOccurrences / 2 + 3);
  EXPECT_EQ(counts.at("b"), Stats::kMaxOccurrences / 2 + 2);
  EXPECT_TRUE(stats.CountByFile(Stat::kNotAnEvent).empty());
}

TEST(StatsTest, WhatHealedIsTakenBackOnce) {
  Stats stats;
  stats.Add(Stat::kRecordTruncated, {.file = "a", .offset = 7, .detail = ""});
  stats.Remove(Stat::kRecordTruncated, "a", 8);
  EXPECT_EQ(stats.Get().at(Stat::kRecordTruncated).count, 1U);
  stats.Remove(Stat::kRecordTruncated, "a", 7);
  stats.Remove(Stat::kRecordTruncated, "a", 7);
  EXPECT_TRUE(stats.Get().empty());
}

TEST(StatsTest, TakesBackWhatWasOnlyCounted) {
  Stats stats;
  const auto name = [](uint64_t i) { return "file" + std::to_string(i); };
  for (uint64_t i = 0; i < Stats::kMaxOccurrences + 50; ++i) {
    stats.Add(Stat::kFileUnreadable, {.file = name(i), .offset = 0, .detail = ""});
  }
  for (uint64_t i = 0; i < Stats::kMaxOccurrences + 50; ++i) {
    stats.Remove(Stat::kFileUnreadable, name(i), 0);
  }
  EXPECT_TRUE(stats.Get().empty());
}

TEST(StatsTest, WhatIsListedElsewhereInTheFileIsNotTakenBack) {
  Stats stats;
  for (uint64_t i = 0; i < Stats::kMaxOccurrences + 1; ++i) {
    stats.Add(Stat::kRecordChecksum, {.file = "a", .offset = i, .detail = ""});
  }
  stats.Remove(Stat::kRecordChecksum, "a", Stats::kMaxOccurrences);  // The one that is not listed.
  EXPECT_EQ(stats.Get().at(Stat::kRecordChecksum).count, Stats::kMaxOccurrences);
  stats.Remove(Stat::kRecordChecksum, "a", Stats::kMaxOccurrences);
  stats.Remove(Stat::kRecordChecksum, "b", 0);
  EXPECT_EQ(stats.Get().at(Stat::kRecordChecksum).count, Stats::kMaxOccurrences);
  stats.RemoveFile("a");
  EXPECT_TRUE(stats.Get().empty());
}

TEST(StatsTest, EveryKindHasANameAndASentence) {
  for (int i = 0; i <= static_cast<int>(Stat::kLimitReached); ++i) {
    const StatInfo& info = Describe(static_cast<Stat>(i));
    EXPECT_FALSE(info.name.empty());
    EXPECT_FALSE(info.text.empty());
  }
}

}  // namespace
}  // namespace stepscope
