#include "plugins/scalars/selection.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "series/column.h"
#include "store/series_for_test.h"
#include "store/snapshot.h"

namespace stepscope {
namespace {

// A run of one series whose points are of the test's making.
class Drawing {
 public:
  explicit Drawing(uint64_t seed) : random_(seed) {}

  void AddFile(size_t count) {
    ScalarColumn column;
    const uint64_t shape = Choose(5);  // Of the steps.
    const ValueType type = static_cast<ValueType>(Choose(3));
    const bool has_odd_values = Choose(3) == 0;
    const bool has_odd_times = Choose(8) == 0;
    const bool has_pauses = Choose(2) == 0;  // Many points in a pixel, and then few in many.
    int64_t step = static_cast<int64_t>(Choose(1000));
    double first = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < count; ++i) {
      if (shape == 1) step += static_cast<int64_t>(Choose(20));
      if (shape == 2) step = static_cast<int64_t>(i % 3000);      // Goes back now and then.
      if (shape == 3) step = static_cast<int64_t>(Choose(5000));  // Anywhere.
      if (shape == 4) ++step;
      time_ += 0.01 * static_cast<double>(Choose(100));
      if (has_pauses && i / 1500 % 2 == 0) {
        time_ += 20;
        step += shape == 4 ? 50 : 0;
      }
      first = std::min(first, time_);
      const bool is_odd_time = has_odd_times && Choose(500) == 0;
      column.Append(step, is_odd_time ? kNan : time_, type, Value(type, has_odd_values));
      if (Choose(3000) == 0) column.Seal();  // As at the end of a load.
    }
    if (Choose(2) == 0) column.Seal();
    files_.push_back({.path = "f" + std::to_string(files_.size()),
                      .reading = files_.size() + 1,
                      .first_wall_time = first,
                      .last_wall_time = time_});
    columns_.push_back(std::move(column));
    time_ += 10;  // So that a file that goes back in steps is a restart.
  }

  RunSnapshot Build() const {
    RunSnapshot run;
    run.name = "train";
    run.files = files_;
    auto info = std::make_shared<SeriesInfo>();
    info->kind = SeriesKind::kScalar;
    std::vector<Strand> strands;
    for (size_t i = 0; i < columns_.size(); ++i) {
      strands.push_back({.file = static_cast<uint32_t>(i), .scalars = columns_[i].View()});
    }
    AddSeries(run, std::move(info), std::move(strands));
    return run;
  }

  uint64_t Choose(uint64_t count) { return random_() % count; }

 private:
  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

  uint64_t Value(ValueType type, bool has_odd) {
    // Few different ones, so that the lowest and the highest occur more than once.
    const auto number = static_cast<int64_t>(Choose(200)) - 100;
    if (type == ValueType::kInt64) return static_cast<uint64_t>(number);
    double value = static_cast<double>(number) / 8;
    if (has_odd && Choose(700) == 0) {
      const uint64_t which = Choose(3);
      value = which == 0 ? kNan : which == 1 ? -HUGE_VAL : HUGE_VAL;
    }
    return type == ValueType::kFloat32 ? std::bit_cast<uint32_t>(static_cast<float>(value))
                                       : std::bit_cast<uint64_t>(value);
  }

  std::mt19937_64 random_;
  double time_ = 1.7e9;
  std::vector<FileInfo> files_;
  std::vector<ScalarColumn> columns_;
};

LineView RandomView(Drawing& drawing, const ScalarPoints& points) {
  LineView view;
  view.pixels = static_cast<uint32_t>(1 + drawing.Choose(drawing.Choose(2) == 0 ? 20 : 3000));
  view.x = static_cast<XAxis>(drawing.Choose(3));
  std::vector<double> xs;
  for (PointCursor cursor(points); cursor.Next();) {
    std::vector<double> some;
    Axis(view, points, nullptr).Read(cursor, some);
    xs.insert(xs.end(), some.begin(), some.end());
  }
  const auto bound = [&] { return xs[drawing.Choose(xs.size())] + (drawing.Choose(2) ? 0 : 0.3); };
  if (drawing.Choose(3) != 0) view.from = bound();
  if (drawing.Choose(3) != 0) view.to = bound();
  if (view.from && view.to && *view.from > *view.to) std::swap(view.from, view.to);
  for (auto* const end : {&view.from, &view.to}) {
    if (*end && !std::isfinite(**end)) end->reset();
  }
  return view;
}

// Blocks and their summaries say the same as all points one by one, whatever the line and window.
TEST(SelectionTest, BlocksSayWhatPointsSay) {
  for (uint64_t round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    Drawing drawing(round);
    const uint64_t file_count = 1 + drawing.Choose(3);
    for (uint64_t i = 0; i < file_count; ++i) drawing.AddFile(1 + drawing.Choose(12'000));
    const RunSnapshot run = drawing.Build();
    const ScalarPoints points(
        run, run.series[0],
        drawing.Choose(2) == 0 ? Restarts::kShowAll : Restarts::kHideSuperseded);
    const LineView view = RandomView(drawing, points);
    ASSERT_TRUE(CanSelectByBlocks(view));
    const uint64_t known = drawing.Choose(2) == 0 ? 0 : drawing.Choose(points.visible_count() + 1);
    const Selection expected =
        SelectPoints(points, view, SmoothingPlan({}), nullptr, false, known, UINT64_MAX / 2);
    const Selection selection = SelectByBlocks(points, view, known);
    PointReader reader(points);
    ASSERT_EQ(selection.points.size(), expected.points.size());
    for (size_t i = 0; i < expected.points.size(); ++i) {
      const ThinPoint& a = selection.points[i];
      const ThinPoint& b = expected.points[i];
      ASSERT_EQ(a.index, b.index) << i;
      if (a.note > 0) {
        const ExactPoint exact = reader.Read(a.index);
        const ExactPoint& noted = selection.exact[a.note - 1];
        ASSERT_EQ(noted.step, exact.step);
        ASSERT_EQ(noted.wall_time, exact.wall_time);
        ASSERT_EQ(noted.attempt, exact.attempt);
        ASSERT_EQ(noted.type, exact.type);
        ASSERT_EQ(noted.as_double, exact.as_double);
      }
      ASSERT_TRUE(a.x == b.x || (std::isnan(a.x) && std::isnan(b.x))) << i;
      ASSERT_TRUE(a.value == b.value || (std::isnan(a.value) && std::isnan(b.value))) << i;
    }
    EXPECT_EQ(selection.unsettled_ordinal, expected.unsettled_ordinal);
    EXPECT_EQ(selection.unsettled, 0u);
  }
}

struct Pixel {
  uint64_t first = UINT64_MAX;
  uint64_t last = 0;
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
};

// And both say what a chart needs: computed here in the simplest way that there is.
TEST(SelectionTest, EveryPixelHasItsFirstLastLowestAndHighest) {
  std::mt19937_64 random(7);
  constexpr size_t kPoints = 60'000;
  ScalarColumn column;
  std::vector<double> values;
  for (size_t i = 0; i < kPoints; ++i) {
    values.push_back(static_cast<float>(std::sin(static_cast<double>(i) / 3000)) +
                     static_cast<float>(random() % 1000) / 100);
    values.back() = static_cast<float>(values.back());
    column.Append(static_cast<int64_t>(3 * i), 1.7e9 + static_cast<double>(i), ValueType::kFloat32,
                  std::bit_cast<uint32_t>(static_cast<float>(values.back())));
  }
  column.Seal();
  RunSnapshot run;
  run.files.push_back({.path = "f", .reading = 1, .first_wall_time = 0, .last_wall_time = 1});
  AddSeries(run, nullptr, {{.file = 0, .scalars = column.View()}});
  const ScalarPoints points(run, run.series[0], Restarts::kShowAll);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const uint64_t width = 100 + random() % (kPoints - 100);
    const uint64_t begin = random() % (kPoints - width + 1);
    LineView view;
    view.pixels = static_cast<uint32_t>(1 + random() % 1500);
    view.from = static_cast<double>(3 * begin);
    view.to = static_cast<double>(3 * (begin + width - 1));
    const Thinner grid(*view.from, *view.to, view.pixels, false);
    const auto column_of = [&](uint64_t i) { return grid.ColumnOf(static_cast<double>(3 * i)); };
    std::map<uint64_t, Pixel> expected;
    for (uint64_t i = begin; i < begin + width; ++i) {
      Pixel& pixel = expected[column_of(i)];
      pixel.first = std::min(pixel.first, i);
      pixel.last = std::max(pixel.last, i);
      pixel.low = std::min(pixel.low, values[i]);
      pixel.high = std::max(pixel.high, values[i]);
    }
    std::map<uint64_t, Pixel> found;
    for (const ThinPoint& point : SelectByBlocks(points, view, 0).points) {
      if (point.index < begin || point.index >= begin + width) continue;  // Beside the window.
      ASSERT_EQ(point.value, values[point.index]);
      Pixel& pixel = found[column_of(point.index)];
      pixel.first = std::min(pixel.first, point.index);
      pixel.last = std::max(pixel.last, point.index);
      pixel.low = std::min(pixel.low, point.value);
      pixel.high = std::max(pixel.high, point.value);
    }
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [column_number, pixel] : expected) {
      const Pixel& kept = found[column_number];
      EXPECT_EQ(kept.low, pixel.low);
      EXPECT_EQ(kept.high, pixel.high);
      // The outer ones begin and end with the points beside the window.
      EXPECT_TRUE(column_number == 0 || kept.first == pixel.first);
      EXPECT_TRUE(column_number + 1 == view.pixels || pixel.last == kept.last);
    }
  }
}

}  // namespace
}  // namespace stepscope
