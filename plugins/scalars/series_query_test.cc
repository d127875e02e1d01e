#include "plugins/scalars/series_query.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(SeriesQueryTest, HasDefaults) {
  const auto query = ParseSeriesQuery(R"({"series": [["r", "t"], ["r", "u", {}]], "later": 1})");
  ASSERT_TRUE(query.has_value());
  ASSERT_EQ(query->series.size(), 2);
  EXPECT_EQ(query->series[0].run, "r");
  EXPECT_EQ(query->series[0].tag, "t");
  EXPECT_FALSE(query->series[0].known.has_value());
  EXPECT_EQ(query->view.x, XAxis::kStep);
  EXPECT_FALSE(query->view.from.has_value());
  EXPECT_EQ(query->view.pixels, 0);
  EXPECT_FALSE(query->view.smoothing.is_on());
  EXPECT_FALSE(query->view.all_attempts);
}

TEST(SeriesQueryTest, TakesEveryField) {
  const auto query = ParseSeriesQuery(
      R"({"series": [["", "é\"", {"revision": "9c1", "count": 7}]], "x": "wall", "from": -1,)"
      R"("to": null, "pixels": 600, "smoothing": 0.6, "attempts": "all"})");
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->series[0].tag, "é\"");
  EXPECT_EQ(query->series[0].known->revision, "9c1");
  EXPECT_EQ(query->series[0].known->count, 7);
  EXPECT_EQ(query->view.x, XAxis::kWall);
  EXPECT_EQ(query->view.from, -1);
  EXPECT_FALSE(query->view.to.has_value());
  EXPECT_EQ(query->view.pixels, 600);
  EXPECT_EQ(query->view.smoothing.kind, SmoothingKind::kExponential);
  EXPECT_EQ(query->view.smoothing.weight, 0.6);
  EXPECT_TRUE(query->view.all_attempts);
}

TEST(SeriesQueryTest, BoundsTheNumberOfSeries) {
  std::string list;
  for (size_t i = 0; i < SeriesQuery::kMaxSeries; ++i) list += R"(["r","t"],)";
  const auto ask = [](const std::string& series) {
    return ParseSeriesQuery(R"({"series":[)" + series + "]}");
  };
  EXPECT_TRUE(ask(list.substr(0, list.size() - 1)).has_value());
  EXPECT_FALSE(ask(list + R"(["r","t"])").has_value());
}

TEST(SeriesQueryTest, HostileBodiesCostNoMoreThanTheirBytes) {
  constexpr size_t kBytes = 8 << 20;  // The largest body.
  const auto start = std::chrono::steady_clock::now();
  for (const char* piece : {"[", "{\"a\":", "[],", "\"", "1,", "\\", "\xff", "\0"}) {
    const std::string unit = *piece == '\0' ? std::string(1, '\0') : piece;
    std::string body = R"({"series":[)";
    while (body.size() < kBytes) body += unit;
    EXPECT_FALSE(ParseSeriesQuery(body).has_value());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace stepscope
