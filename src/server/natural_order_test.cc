#include "server/natural_order.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(NaturalOrderTest, SortsAsPeopleExpect) {
  const std::vector<std::string> sorted = {"",
                                           ".",
                                           "a",
                                           "B",
                                           "run1",
                                           "run01",
                                           "run2",
                                           "run2/x",
                                           "run10",
                                           "run10a",
                                           "run99999999999999999999",
                                           "x1.5y",
                                           "x1.05y",
                                           "x1.10y",
                                           "z",
                                           "\xC3\xA4"};
  // "run1" and "run01" are the same number: the bytes decide, '0' before '1'.
  std::vector<std::string> expected = sorted;
  std::swap(expected[4], expected[5]);
  std::swap(expected[11], expected[12]);
  std::vector<std::string> shuffled = expected;
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(shuffled, random);
    std::ranges::sort(shuffled, NaturalLess);
    EXPECT_EQ(shuffled, expected);
  }
}

TEST(NaturalOrderTest, FractionsOfOneAreDecimals) {
  const std::vector<std::string> sorted = {"lr=0",     "lr=0.01/seed=1", "lr=0.01/seed=2",
                                           "lr=0.012", "lr=0.1/seed=1",  "lr=0.3",
                                           "lr=1.9",   "lr=1.10"};
  for (size_t i = 0; i + 1 < sorted.size(); ++i) {
    EXPECT_TRUE(NaturalLess(sorted[i], sorted[i + 1])) << sorted[i];
  }
}

TEST(NaturalOrderTest, IsAStrictWeakOrder) {
  std::mt19937 random(2);
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    std::string name;
    for (unsigned length = random() % 5; length > 0; --length) name += "aA01/."[random() % 6];
    names.push_back(name);
  }
  for (const auto& a : names) {
    for (const auto& b : names) {
      EXPECT_EQ(NaturalLess(a, b) || NaturalLess(b, a), a != b) << a << " " << b;
      EXPECT_FALSE(NaturalLess(a, b) && NaturalLess(b, a)) << a << " " << b;
      for (const auto& c : names) {
        if (NaturalLess(a, b) && NaturalLess(b, c)) {
          EXPECT_TRUE(NaturalLess(a, c)) << a << b << c;
        }
      }
    }
  }
}

}  // namespace
}  // namespace stepscope
