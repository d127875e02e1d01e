#include "server/name_table.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<size_t> Find(const NameTable& table, std::string_view filter) {
  const auto found = table.Find(filter, SystemClock());
  EXPECT_TRUE(found) << filter;
  std::vector<size_t> places;
  for (size_t i = 0; found && i < found->size(); ++i) places.push_back((*found)[i]);
  return places;
}

void Fill(NameTable& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) table.Add(name);
}

TEST(NameTableTest, FindsTextsAndExpressions) {
  NameTable table;
  Fill(table, {"train/Loss", "", "val/loss/loss", "lr", "größe"});
  EXPECT_THAT(Find(table, ""), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Find(table, "LOSS"), ElementsAre(0, 2));
  EXPECT_THAT(Find(table, "r"), ElementsAre(0, 3, 4));
  EXPECT_THAT(Find(table, "GRÖ"), ElementsAre(4));
  EXPECT_THAT(Find(table, "/^.*loss$/"), ElementsAre(0, 2));
  EXPECT_THAT(Find(table, "/(?-i)Loss/"), ElementsAre(0));
  EXPECT_THAT(Find(table, "/^$/"), ElementsAre(1));
  EXPECT_THAT(Find(table, "none"), IsEmpty());
  EXPECT_FALSE(table.Find("/(/", SystemClock()));
}

TEST(NameTableTest, DoesNotFindWhatLiesAcrossTwoNames) {
  NameTable table;
  Fill(table, {"ab", "cd", "b\nc"});
  EXPECT_THAT(Find(table, "b\nc"), ElementsAre(2));
  EXPECT_THAT(Find(table, "\n"), ElementsAre(2));
  EXPECT_THAT(Find(table, "bc"), IsEmpty());
}

TEST(NameTableTest, KeepsTheLastAnswersOnly) {
  NameTable table;
  Fill(table, std::vector<std::string>(1000, "aaaa"));
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(Find(table, "/a{" + std::to_string(i % 12) + "}/").size(), i % 12 <= 4 ? 1000u : 0u);
  EXPECT_GT(table.bytes(), 0u);
  EXPECT_LE(table.bytes(), table.max_bytes());
}

TEST(NameTableTest, FindsWhatTheFilterFinds) {
  std::mt19937 random(7);
  std::vector<std::string> names;
  for (int i = 0; i < 2000; ++i) {
    std::string& name = names.emplace_back();
    for (unsigned n = random() % 12; n > 0; --n) name += "aAbB/k\n\xc3\xa9"[random() % 9];
  }
  names.emplace_back(NameFilter::kMaxNameBytes + 5, 'x');
  NameTable table;
  Fill(table, names);
  for (const char* const filter : {"a", "AB", "b/", "é", "/a.b/", "/^a/", "xxxx", "/x$/", "\nb"}) {
    const auto parsed = NameFilter::Parse(filter);
    std::vector<size_t> expected;
    for (size_t i = 0; i < names.size(); ++i) {
      if (parsed->Matches(names[i])) expected.push_back(i);
    }
    EXPECT_EQ(Find(table, filter), expected) << filter;
  }
}

// The ceiling is generous: sanitizers and busy machines run this too. The times are for the reader.
TEST(NameTableTest, SearchesAHundredThousandNamesInMilliseconds) {
  NameTable table;
  for (int i = 0; i < 100'000; ++i)
    table.Add("layer" + std::to_string(i / 100) + "/weight_norm_" + std::to_string(i));
  for (const char* const filter : {"norm_9", "/^layer9.*7$/", "/norm_(1|2)7/", "norm_9"}) {
    const auto start = std::chrono::steady_clock::now();
    const size_t found = Find(table, filter).size();
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::printf("%8.2f ms  %zu of 100000 match %s\n", ms, found, filter);
    EXPECT_LT(ms, 1000);
  }
}

}  // namespace
}  // namespace stepscope
