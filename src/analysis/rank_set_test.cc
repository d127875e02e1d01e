#include "analysis/rank_set.h"

#include <iterator>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(RankSetTest, FindsNeighboursAcrossGaps) {
  std::mt19937 random(1);
  for (const uint32_t limit : {1U, 64U, 65U, 4096U, 4097U, 100'000U}) {
    RankSet ranks;
    ranks.Reset(limit);
    std::set<uint32_t> expected;
    for (int i = 0; i < 2000; ++i) {
      const uint32_t rank = random() % limit;
      if (i < 100 || random() % 2 == 0) {
        ranks.Insert(rank);
        expected.insert(rank);
      } else if (!expected.empty()) {
        auto one = expected.lower_bound(rank);
        if (one == expected.end()) --one;
        ranks.Erase(*one);
        expected.erase(one);
      }
      const uint32_t asked = random() % limit;
      ASSERT_EQ(ranks.Has(asked), expected.contains(asked));
      const auto next = expected.upper_bound(asked);
      ASSERT_EQ(ranks.Next(asked), next == expected.end() ? RankSet::kNone : *next);
      const auto at = expected.lower_bound(asked);
      const auto previous = at == expected.begin() ? RankSet::kNone : *std::prev(at);
      ASSERT_EQ(ranks.Previous(asked), previous);
      if (!expected.empty()) {
        const size_t count = random() % expected.size();
        const auto selected = std::next(expected.begin(), static_cast<ptrdiff_t>(count));
        ASSERT_EQ(ranks.Select(count), *selected);
      }
    }
  }
}

TEST(RankSetTest, ResetEmptiesIt) {
  RankSet ranks;
  ranks.Reset(10);
  ranks.Insert(9);
  ranks.Reset(5000);
  EXPECT_EQ(ranks.Next(0), RankSet::kNone);
  EXPECT_EQ(ranks.Previous(4999), RankSet::kNone);
}

}  // namespace
}  // namespace stepscope
