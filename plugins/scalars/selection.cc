#include "plugins/scalars/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"
#include "plugins/scalars/smoothed_cursor.h"

namespace stepscope {
namespace {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double x) {
    if (!std::isfinite(x)) return;
    low = std::min(low, x);
    high = std::max(high, x);
  }
};

// The part of the axis that the chart shows: the window, or what the line covers of it.
Range VisibleRange(const ScalarPoints& points, Axis axis, const LineView& view) {
  Range range;
  if (!view.from || !view.to) {
    std::vector<double> xs;
    for (PointCursor cursor(points); cursor.Next();) {
      axis.Read(cursor, xs);
      for (const double x : xs) range.Add(x);
    }
  }
  return {view.from.value_or(range.low), view.to.value_or(range.high)};
}

// Lets through the points inside the window, and those just outside at either end of a piece of
// line that is, at least in part, inside.
class Window {
 public:
  explicit Window(const LineView& view)
      : from_(view.from.value_or(-std::numeric_limits<double>::infinity())),
        to_(view.to.value_or(std::numeric_limits<double>::infinity())),
        is_open_(!view.from && !view.to) {}

  // Calls pass(point) for the points that `point`, the next of the line, lets through.
  template <typename Pass>
  void Add(const ThinPoint& point, Pass pass) {
    if (is_open_) return pass(point);
    const bool is_inside = point.x >= from_ && point.x <= to_;
    const bool is_connected = has_previous_ && (previous_is_inside_ || is_inside || Crosses(point));
    if (is_connected && !previous_passed_) pass(previous_);
    const bool passes = is_inside || is_connected;
    if (passes) pass(point);
    previous_ = point;
    has_previous_ = true;
    previous_is_inside_ = is_inside;
    previous_passed_ = passes;
  }

 private:
  bool Crosses(const ThinPoint& point) const {
    return (previous_.x < from_ && point.x > to_) || (previous_.x > to_ && point.x < from_);
  }

  double from_;
  double to_;
  bool is_open_;
  ThinPoint previous_;
  bool has_previous_ = false;
  bool previous_is_inside_ = false;
  bool previous_passed_ = false;
};

// Collects points, thinned to a width if there is one. The two halves of a line are thinned apart,
// so that a client that drops the one that may change keeps every extreme of the other.
class Collector {
 public:
  // One point more than `max_points` shows that there are too many.
  Collector(std::optional<Thinner> thinner, uint64_t max_points)
      : thinners_{thinner, std::move(thinner)}, max_points_(max_points) {}

  bool IsFull() const { return points_[0].size() + points_[1].size() > max_points_; }
  void Add(const ThinPoint& point, bool is_settled) {
    const size_t half = is_settled ? 0 : 1;
    if (thinners_[half]) {
      thinners_[half]->Add(point);
    } else if (!IsFull()) {
      points_[half].push_back(point);
    }
  }
  void Finish(Selection& selection) {
    for (size_t half = 0; half < 2; ++half) {
      if (thinners_[half]) points_[half] = thinners_[half]->Finish();
    }
    selection.unsettled = points_[1].size();
    selection.points = std::move(points_[0]);
    selection.points.insert(selection.points.end(), points_[1].begin(), points_[1].end());
  }

 private:
  std::optional<Thinner> thinners_[2];
  std::vector<ThinPoint> points_[2];
  uint64_t max_points_;
};

// See SelectByBlocks().
class BlockSelector {
 public:
  BlockSelector(const ScalarPoints& points, const LineView& view, uint64_t first_ordinal)
      : points_(points),
        axis_(view, points, nullptr),
        from_(view.from.value_or(-std::numeric_limits<double>::infinity())),
        to_(view.to.value_or(std::numeric_limits<double>::infinity())),
        first_ordinal_(first_ordinal),
        window_(view),
        thinner_(MakeThinner(view)) {}

  Selection Select() {
    for (PointCursor cursor(points_); cursor.NextBlock();) {
      if (const BlockSummary* const summary = cursor.summary()) {
        if (AddWhole(cursor, *summary) || AddRuns(cursor, *summary)) continue;
      }
      AddPoints(cursor);
    }
    return {.points = thinner_.Finish(), .exact = std::move(exact_), .unsettled_ordinal = ordinal_};
  }

 private:
  Range RangeOf(const BlockSummary& summary) const {
    return {axis_.Of(summary.lowest_step, summary.earliest),
            axis_.Of(summary.highest_step, summary.latest)};
  }

  // The part of the axis that the chart shows: the window, or what the line covers of it.
  Thinner MakeThinner(const LineView& view) {
    Range range;
    if (!view.from || !view.to) {
      for (PointCursor cursor(points_); cursor.NextBlock();) {
        if (const BlockSummary* const summary = cursor.summary()) {
          range.Add(RangeOf(*summary).low);
          range.Add(RangeOf(*summary).high);
          continue;
        }
        cursor.ReadPoints();
        axis_.Read(cursor, xs_);
        for (const double x : xs_) range.Add(x);
      }
    }
    return {view.from.value_or(range.low), view.to.value_or(range.high), view.pixels,
            /*has_smoothed=*/false};
  }

  void Add(const ThinPoint& point, uint64_t ordinal) {
    window_.Add(point, [&](const ThinPoint& passed) {
      if (ordinal >= first_ordinal_) thinner_.Add(passed);
    });
  }

  // Point `at` of the cursor's block.
  void AddExact(const PointCursor& cursor, const PointBits& bits, uint64_t at) {
    exact_.push_back(cursor.Exact(bits));
    Add({.index = cursor.block_first_index() + at,
         .x = axis_.Of(bits.step, bits.wall_time),
         .value = exact_.back().as_double,
         .note = static_cast<uint32_t>(exact_.size())},
        ordinal_ + at);
  }

  // Whole blocks on one side of the window only lead into what follows; so do those that the client
  // has, if they are on one side of its borders. False: the points are to be looked at.
  bool AddWhole(const PointCursor& cursor, const BlockSummary& summary) {
    const uint64_t end = ordinal_ + cursor.block_size();
    const Range range = RangeOf(summary);
    const bool is_inside = range.low >= from_ && range.high <= to_;
    const bool is_beside = range.high < from_ || range.low > to_;
    const bool is_known = end <= first_ordinal_;
    const bool is_in_one_column = is_inside && ordinal_ >= first_ordinal_ &&
                                  thinner_.ColumnOf(range.low) == thinner_.ColumnOf(range.high);
    if (!is_beside && !is_in_one_column && !(is_inside && is_known)) return false;
    AddExact(cursor, summary.first, 0);
    if (is_in_one_column) {
      AddExact(cursor, summary.lowest, summary.lowest_at);
      AddExact(cursor, summary.highest, summary.highest_at);
    }
    AddExact(cursor, summary.last, cursor.block_size() - 1);
    ordinal_ = end;
    return true;
  }

  // A block inside the window whose x never goes back falls into runs, one a column.
  bool AddRuns(PointCursor& cursor, const BlockSummary& summary) {
    const Range range = RangeOf(summary);
    if (range.low < from_ || range.high > to_ || ordinal_ < first_ordinal_) return false;
    const bool is_by_step = axis_.is_by_step();
    if ((is_by_step ? summary.has_sorted_steps : summary.has_sorted_times) == 0) return false;
    const ScalarSpan block = cursor.ReadSpan(kWholePoints);
    const auto x = [&](size_t i) { return axis_.Of(block.steps[i], block.wall_times[i]); };
    const auto add = [&](size_t i) {
      AddExact(cursor, {block.steps[i], block.wall_times[i], block.ValueBits(i)}, i);
    };
    for (size_t begin = 0; begin < block.size();) {
      const uint32_t column = thinner_.ColumnOf(x(begin));
      const size_t end = EndOfRun(begin, block.size(),
                                  [&](size_t i) { return thinner_.ColumnOf(x(i)) == column; });
      const auto extremes = FindExtremes(block, begin, end);
      CHECK(extremes.has_value());
      add(begin);
      add(extremes->lowest_at);
      add(extremes->highest_at);
      add(end - 1);
      begin = end;
    }
    ordinal_ += block.size();
    return true;
  }

  // The first place from `begin` on where is_in(place) is false, which then stays so; `end` for
  // none. Runs are short or most of the block, so the steps grow.
  template <typename IsIn>
  static size_t EndOfRun(size_t begin, size_t end, IsIn is_in) {
    size_t inside = begin;
    size_t step = 1;
    while (inside + step < end && is_in(inside + step)) {
      inside += step;
      step *= 2;
    }
    size_t outside = std::min(inside + step, end);
    while (outside - inside > 1) {
      const size_t middle = inside + (outside - inside) / 2;
      (is_in(middle) ? inside : outside) = middle;
    }
    return outside;
  }

  void AddPoints(PointCursor& cursor) {
    cursor.ReadPoints();
    axis_.Read(cursor, xs_);
    for (size_t i = 0; i < xs_.size(); ++i) {
      Add({.index = cursor.indices()[i], .x = xs_[i], .value = cursor.values()[i]}, ordinal_++);
    }
  }

  const ScalarPoints& points_;
  Axis axis_;
  const double from_;
  const double to_;
  const uint64_t first_ordinal_;
  uint64_t ordinal_ = 0;
  std::vector<double> xs_;
  std::vector<ExactPoint> exact_;
  Window window_;
  Thinner thinner_;
};

}  // namespace

Selection SelectPoints(const ScalarPoints& points, const LineView& view, const SmoothingPlan& plan,
                       const XTag* x, bool is_constant, uint64_t first_ordinal,
                       uint64_t max_points) {
  const Axis axis(view, points, x);
  std::optional<Thinner> thinner;
  if (view.pixels > 0) {
    const Range range = VisibleRange(points, axis, view);
    thinner.emplace(range.low, range.high, view.pixels, view.smoothing.is_on());
  }
  Collector collector(std::move(thinner), max_points);
  Window window(view);
  Selection selection;
  uint64_t count = 0;
  SmoothedCursor cursor(points, axis, plan, is_constant);
  while (!collector.IsFull() && cursor.Next()) {
    for (size_t i = 0; i < cursor.xs().size(); ++i) {
      const uint64_t ordinal = cursor.first_ordinal() + i;
      count = ordinal + 1;
      if (axis.LeavesOut() && std::isnan(cursor.xs()[i])) {
        ++selection.nowhere;
        continue;
      }
      const ThinPoint point = {.index = cursor.indices()[i],
                               .x = cursor.xs()[i],
                               .value = cursor.values()[i],
                               .smoothed = cursor.smoothed()[i]};
      window.Add(point, [&](const ThinPoint& passed) {
        if (ordinal >= first_ordinal) collector.Add(passed, ordinal < cursor.unsettled_ordinal());
      });
    }
  }
  selection.unsettled_ordinal = std::min(cursor.unsettled_ordinal(), count);
  collector.Finish(selection);
  return selection;
}

bool CanSelectByBlocks(const LineView& view) {
  return view.pixels > 0 && view.x != XAxis::kTag && !view.smoothing.is_on();
}

Selection SelectByBlocks(const ScalarPoints& points, const LineView& view, uint64_t first_ordinal) {
  return BlockSelector(points, view, first_ordinal).Select();
}

}  // namespace stepscope
