#include "analysis/thin_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(ThinRowsTest, KeepsTheExtremesOfEveryNumberInEveryPixelColumn) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE(round);
    const size_t width = 1 + random() % 3;
    const auto pixels = static_cast<uint32_t>(1 + random() % 20);
    RowThinner thinner(0, 100, pixels, width);
    // By pixel column, the lowest and the highest of each number.
    using Extremes = std::map<uint32_t, std::vector<std::pair<double, double>>>;
    const auto note = [&](double x, std::span<const double> row, Extremes& extremes) {
      const auto column = std::min(pixels - 1, static_cast<uint32_t>(x * pixels / 100));
      auto& numbers = extremes[column];
      numbers.resize(width, {INFINITY, -INFINITY});
      for (size_t i = 0; i < width; ++i) {
        numbers[i].first = std::fmin(numbers[i].first, row[i]);
        numbers[i].second = std::fmax(numbers[i].second, row[i]);
      }
    };
    Extremes expected;
    double x = 0;
    std::vector<double> xs;
    while (x <= 100) {
      std::vector<double> row(width);
      for (double& value : row) {
        value = random() % 10 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                   : static_cast<double>(random() % 1000);
      }
      thinner.Add(x, row);
      note(x, row, expected);
      xs.push_back(x);
      x += static_cast<double>(random() % 100) / 100;
    }
    const Rows rows = thinner.Finish();
    Extremes kept;
    for (size_t i = 0; i < rows.xs.size(); ++i) {
      note(rows.xs[i], std::span(rows.values).subspan(i * width, width), kept);
    }
    EXPECT_EQ(kept, expected);
    EXPECT_TRUE(std::is_sorted(rows.xs.begin(), rows.xs.end()));
    EXPECT_LE(rows.xs.size(), pixels * (2 + 2 * width));
    EXPECT_EQ(rows.xs.front(), xs.front());
    EXPECT_EQ(rows.xs.back(), xs.back());
  }
}

TEST(ThinRowsTest, ARangeWithoutWidthIsOneColumn) {
  RowThinner thinner(5, 5, 100, 1);
  for (const double value : {3.0, 1.0, 2.0, 9.0, 4.0}) thinner.Add(5, std::vector<double>{value});
  EXPECT_EQ(thinner.Finish().values, (std::vector<double>{3, 1, 9, 4}));
  RowThinner empty(0, 1, 1, 2);
  EXPECT_TRUE(empty.Finish().xs.empty());
}

}  // namespace
}  // namespace stepscope
