#include "plugin/compat_points.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "series/column.h"
#include "store/series_for_test.h"

namespace stepscope {
namespace {

// A run of one series in three files of a few points, of which restarts take some back, now and
// then all.
RunSnapshot RandomRun(std::mt19937& random) {
  const auto below = [&](uint64_t bound) { return random() % bound; };
  std::vector<Strand> strands;
  for (uint32_t file = 0; file < 3; ++file) {
    ScalarColumn column;
    const uint64_t count = below(5) == 0 ? 0 : below(4) == 0 ? 1000 + below(200) : 1 + below(5);
    for (uint64_t i = 0; i < count; ++i) {
      column.Append(static_cast<int64_t>(below(20)), static_cast<double>(i), ValueType::kFloat32,
                    random() >> 1);
    }
    Strand strand = {.file = file, .scalars = column.View()};
    for (uint64_t i = below(3); i > 0; --i) {
      strand.purges.push_back({.position = below(count + 1),
                               .from_step = static_cast<int64_t>(below(25)),
                               .is_session_start = below(2) == 0});
    }
    std::ranges::sort(strand.purges, {}, &Purge::position);
    if (count > 0 || !strand.purges.empty()) strands.push_back(std::move(strand));
  }
  RunSnapshot run;
  AddSeries(run, std::make_shared<SeriesInfo>(), std::move(strands));
  return run;
}

TEST(CompatPointsTest, TheNewestIsTheLastOfAll) {
  std::mt19937 random(1);  // NOLINT(*-msc51-cpp): the same each time.
  size_t without_points = 0;
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE(round);
    const RunSnapshot run = RandomRun(random);
    const Series& series = run.series.front();
    const auto all = ReadCompatPoints(run, series, /*limit=*/0);
    const auto newest = ReadNewestCompatPoint(run, series);
    ASSERT_EQ(newest.has_value(), !all.empty());
    if (!newest) {
      ++without_points;
      continue;
    }
    EXPECT_EQ(newest->step, all.back().step);
    EXPECT_EQ(newest->wall_time, all.back().wall_time);
    EXPECT_EQ(newest->type, all.back().type);
    EXPECT_EQ(std::bit_cast<uint64_t>(newest->as_double),
              std::bit_cast<uint64_t>(all.back().as_double));
  }
  EXPECT_GT(without_points, 10u);
  EXPECT_LT(without_points, 500u);
}

}  // namespace
}  // namespace stepscope
