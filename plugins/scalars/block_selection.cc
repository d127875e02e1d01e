// Selection by blocks: what falls into one pixel column is known by summaries.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "plugins/scalars/line_window.h"
#include "plugins/scalars/selection.h"

namespace stepscope {
namespace {

// The first place in (begin, end] from which on is_in(place) is false; begin is in. Looked for from
// a guess on, by steps that grow.
template <typename IsIn>
size_t EndOfRun(size_t begin, size_t end, size_t guess, IsIn is_in) {
  size_t inside = begin;
  size_t outside = end;
  size_t step = 1;
  if (guess > inside && guess < outside) {
    if (is_in(guess)) {
      for (inside = guess; inside + step < outside && is_in(inside + step); step *= 2)
        inside += step;
      outside = std::min(inside + step, outside);
    } else {
      for (outside = guess; inside + step < outside && !is_in(outside - step); step *= 2) {
        outside -= step;
      }
      inside = outside - inside > step ? outside - step : inside;
    }
  }
  while (outside - inside > 1) {
    const size_t middle = inside + (outside - inside) / 2;
    (is_in(middle) ? inside : outside) = middle;
  }
  return outside;
}

// The first place in [begin, end) where is_in(place) is false, which then stays so.
template <typename IsIn>
size_t FirstOutside(size_t begin, size_t end, IsIn is_in) {
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    if (is_in(middle)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

class BlockSelector {
 public:
  BlockSelector(const ScalarPoints& points, const LineView& view, uint64_t first_ordinal)
      : points_(points),
        axis_(view, points, nullptr),
        from_(view.from.value_or(-std::numeric_limits<double>::infinity())),
        to_(view.to.value_or(std::numeric_limits<double>::infinity())),
        first_ordinal_(first_ordinal),
        window_(view),
        thinner_(MakeThinner(view)) {
    exact_.reserve(std::min<uint64_t>(kPointsAColumn * view.pixels, points.visible_count()));
  }

  Selection Select() {
    WalkBlocks(
        [&](PointCursor& cursor, const PointCursor::Blocks& sorted) { AddSorted(cursor, sorted); },
        [&](PointCursor& cursor) {
          const BlockSummary* const summary = cursor.summary();
          if (summary == nullptr || !AddWhole(cursor, *summary)) AddPoints(cursor);
        });
    return {.points = thinner_.Finish(), .exact = std::move(exact_), .unsettled_ordinal = ordinal_};
  }

 private:
  using Blocks = PointCursor::Blocks;

  // A point of a block among sorted ones.
  struct Place {
    size_t block = 0;
    uint32_t at = 0;
    double value = 0;
  };
  // A stretch of sorted blocks that falls into one pixel column.
  struct Stretch {
    uint32_t column = UINT32_MAX;  // Not open.
    Place first;
    Place last;
    Place lowest;
    Place highest;
  };

  // Calls sorted(cursor, blocks) for the sorted blocks of each segment, and other(cursor) for each
  // other block.
  template <typename Sorted, typename Other>
  void WalkBlocks(Sorted sorted, Other other) {
    size_t segment = SIZE_MAX;
    Blocks blocks;
    for (PointCursor cursor(points_); cursor.NextBlock();) {
      if (segment != cursor.segment_number()) {
        segment = cursor.segment_number();
        blocks = cursor.FindSorted(axis_.is_by_step());
      }
      if (blocks.begin < blocks.end && cursor.block() == blocks.begin) {
        sorted(cursor, blocks);
        cursor.MoveTo(blocks.end - 1);
      } else {
        other(cursor);
      }
    }
  }

  Range RangeOf(const BlockSummary& summary) const {
    return {axis_.Of(summary.lowest_step, summary.earliest),
            axis_.Of(summary.highest_step, summary.latest)};
  }
  double Of(const PointBits& point) const { return axis_.Of(point.step, point.wall_time); }

  // The part of the axis that the chart shows: the window, or what the line covers of it.
  Thinner MakeThinner(const LineView& view) {
    Range range;
    if (!view.from || !view.to) {
      WalkBlocks(
          [&](const PointCursor& cursor, const Blocks& blocks) {
            range.Add(Of(cursor.column().summary(blocks.begin)->first));
            range.Add(Of(cursor.column().summary(blocks.end - 1)->last));
          },
          [&](PointCursor& cursor) {
            if (const BlockSummary* const summary = cursor.summary()) {
              range.Add(RangeOf(*summary).low);
              range.Add(RangeOf(*summary).high);
              return;
            }
            cursor.ReadPoints();
            axis_.Read(cursor, xs_);
            for (const double x : xs_) range.Add(x);
          });
    }
    return {view.from.value_or(range.low), view.to.value_or(range.high), view.pixels,
            /*has_smoothed=*/false};
  }

  void Add(const ThinPoint& point, uint64_t ordinal) {
    window_.Add(point, [&](const ThinPoint& passed) {
      if (ordinal >= first_ordinal_) thinner_.Add(passed);
    });
  }

  void AddExact(const ExactPoint& exact, uint64_t index, uint64_t ordinal) {
    exact_.push_back(exact);
    Add({.index = index,
         .x = axis_.Of(exact.step, exact.wall_time),
         .value = exact.as_double,
         .note = static_cast<uint32_t>(exact_.size())},
        ordinal);
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
    const auto add = [&](const PointBits& bits, uint64_t at) {
      AddExact(cursor.Exact(bits), cursor.block_first_index() + at, ordinal_ + at);
    };
    add(summary.first, 0);
    if (is_in_one_column) {
      add(summary.lowest, summary.lowest_at);
      add(summary.highest, summary.highest_at);
    }
    add(summary.last, cursor.block_size() - 1);
    ordinal_ = end;
    return true;
  }

  // x never goes back in these blocks, so that those beside the window are found at once, and those
  // inside fall into stretches, one a column. Of what is beside the window, or known to the client,
  // both ends tell what leads where.
  void AddSorted(PointCursor& cursor, const Blocks& blocks) {
    const ScalarColumnView& column = cursor.column();
    const auto x_of_last = [&](size_t block) { return Of(column.summary(block)->last); };
    sorted_from_ = column.first_ordinal(blocks.begin) - ordinal_;
    read_block_ = SIZE_MAX;  // That was of another column.
    const auto ordinal_of = [&](size_t block) {
      return column.first_ordinal(block) - sorted_from_;
    };
    const auto skip = [&](size_t begin, size_t end) {
      if (begin >= end) return;
      AddPlace(cursor, {.block = begin});
      AddPlace(cursor, {.block = end - 1, .at = column.count(end - 1) - 1});
    };
    const size_t begin = FirstOutside(blocks.begin, blocks.end,
                                      [&](size_t block) { return x_of_last(block) < from_; });
    const size_t end = FirstOutside(
        begin, blocks.end, [&](size_t block) { return Of(column.summary(block)->first) <= to_; });
    const size_t news = FirstOutside(begin, end, [&](size_t block) {
      return ordinal_of(block) + column.count(block) <= first_ordinal_;
    });
    skip(blocks.begin, begin);
    skip(begin, news);
    for (size_t block = news; block < std::min(end, news + kColumnsAhead); ++block) {
      columns_[block % columns_.size()] = ColumnsOf(*column.summary(block));
    }
    for (size_t block = news; block < end; ++block) {
      SendAhead(column, block, end);
      ordinal_ = ordinal_of(block);
      // Only at the ends can something be beside the window, or known.
      const bool is_end = block == news || block + 1 == end;
      if (is_end && (Of(column.summary(block)->first) < from_ || x_of_last(block) > to_ ||
                     ordinal_ < first_ordinal_)) {
        FinishStretch(cursor);
        cursor.MoveTo(block);
        AddPoints(cursor);
      } else {
        AddStretches(cursor, block);
      }
    }
    FinishStretch(cursor);
    skip(end, blocks.end);
    ordinal_ = ordinal_of(blocks.end - 1) + column.count(blocks.end - 1);
  }

  void AddPlace(const PointCursor& cursor, const Place& place) {
    const ScalarColumnView& column = cursor.column();
    const uint64_t ordinal = column.first_ordinal(place.block) + place.at - sorted_from_;
    const bool is_read = place.block == read_block_;
    const PointBits bits = is_read ? PointBits{.step = read_.steps[place.at],
                                               .wall_time = read_.wall_times[place.at],
                                               .bits = read_.ValueBits(place.at)}
                                   : column.ReadPoint(place.block, place.at);
    AddExact(cursor.Exact(bits, place.block), cursor.FirstIndexOf(place.block) + place.at, ordinal);
  }

  // The pixel columns that a sorted block's points fall into.
  struct Columns {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  Columns ColumnsOf(const BlockSummary& summary) const {
    return {thinner_.ColumnOf(Of(summary.first)), thinner_.ColumnOf(Of(summary.last))};
  }

  // What lies far away in memory takes as long to come as all the rest takes, so it is sent for
  // some blocks ahead: first the summary, then, of blocks that have to be cut, what says where the
  // pieces are, and last the piece in which the cut will be.
  void SendAhead(const ScalarColumnView& column, size_t block, size_t end) {
    if (block + kSummariesAhead < end) column.PrefetchSummary(block + kSummariesAhead);
    if (block + kColumnsAhead < end) {
      const size_t ahead = block + kColumnsAhead;
      const Columns columns = ColumnsOf(*column.summary(ahead));
      columns_[ahead % columns_.size()] = columns;
      if (columns.first != columns.last) column.PrefetchPieces(ahead);
    }
    const size_t next = block + kPiecesAhead;
    if (next >= end) return;
    const Columns columns = columns_[next % columns_.size()];
    if (columns.first == columns.last) return;
    const BlockSummary& summary = *column.summary(next);
    column.PrefetchPiece(
        next, GuessEnd(columns.first, Of(summary.first), Of(summary.last), column.count(next)));
  }

  // About where the points of a column end that are the first of `count`, from `first` to `last`:
  // most series are even.
  size_t GuessEnd(uint32_t column, double first, double last, size_t count) const {
    const double part = (thinner_.EndOf(column) - first) / (last - first);
    return static_cast<size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(count - 1));
  }

  // A block inside the window, whose stretches are cut where its columns end.
  void AddStretches(const PointCursor& cursor, size_t block) {
    const ScalarColumnView& column = cursor.column();
    const BlockSummary& summary = *column.summary(block);
    const uint32_t count = column.count(block);
    const auto [first_column, last_column] = columns_[block % columns_.size()];
    if (first_column == last_column) {
      const ValueType type = column.type(block);
      Extend(cursor,
             {.column = first_column,
              .first = {block, 0},
              .last = {block, count - 1},
              .lowest = {block, summary.lowest_at, NumberOf(type, summary.lowest.bits)},
              .highest = {block, summary.highest_at, NumberOf(type, summary.highest.bits)}});
      return;
    }
    column.ReadValues(block, *values_);
    // Whatever is read next takes the place of an earlier block.
    const bool reads_all = last_column - first_column > kMaxSingleStretches;
    if (reads_all) read_ = column.Read(block, *buffer_);
    read_block_ = reads_all ? block : SIZE_MAX;
    if (!axis_.is_by_step()) {
      const ScalarSpan points = reads_all ? read_ : column.Read(block, *buffer_, kWallTimes);
      Cut(cursor, block, [&](size_t i) { return axis_.Of(0, points.wall_times[i]); });
    } else if (const auto steps = column.regular_steps(block)) {
      Cut(cursor, block, [&](size_t i) { return axis_.Of(steps->At(i), 0); });
    } else {
      const ScalarSpan points = reads_all ? read_ : column.Read(block, *buffer_, kSteps);
      Cut(cursor, block, [&](size_t i) { return axis_.Of(points.steps[i], 0); });
    }
  }

  // `x` gives the place of each point on the axis.
  template <typename X>
  void Cut(const PointCursor& cursor, size_t block, X x) {
    const uint32_t count = cursor.column().count(block);
    const uint32_t last_column = columns_[block % columns_.size()].last;
    const double last = x(count - 1);
    for (uint32_t begin = 0; begin < count;) {
      const uint32_t column = thinner_.ColumnOf(x(begin));
      uint32_t end = count;
      if (column != last_column) {
        const size_t guess = begin + GuessEnd(column, x(begin), last, count - begin);
        const auto is_in = [&](size_t i) { return thinner_.ColumnOf(x(i)) == column; };
        end = static_cast<uint32_t>(EndOfRun(begin, count, guess, is_in));
      }
      const BlockValues::Range range = values_->RangeOf(begin, end);
      const Stretch stretch = {
          .column = column,
          .first = {block, begin},
          .last = {block, end - 1},
          .lowest = {block, range.lowest_at, values_->NumberOf(range.lowest)},
          .highest = {block, range.highest_at, values_->NumberOf(range.highest)}};
      Extend(cursor, stretch);
      begin = end;
    }
  }

  // `next` follows on what there is of the stretch that is open, or begins another.
  void Extend(const PointCursor& cursor, const Stretch& next) {
    if (next.column != stretch_.column) {
      FinishStretch(cursor);
      stretch_ = next;
      return;
    }
    stretch_.last = next.last;
    if (next.lowest.value < stretch_.lowest.value) stretch_.lowest = next.lowest;
    if (next.highest.value > stretch_.highest.value) stretch_.highest = next.highest;
  }

  void FinishStretch(const PointCursor& cursor) {
    if (stretch_.column == UINT32_MAX) return;
    const auto are_same = [](const Place& a, const Place& b) {
      return a.block == b.block && a.at == b.at;
    };
    const auto is_end = [&](const Place& place) {
      return are_same(place, stretch_.first) || are_same(place, stretch_.last);
    };
    AddPlace(cursor, stretch_.first);
    if (!is_end(stretch_.lowest)) AddPlace(cursor, stretch_.lowest);
    if (!is_end(stretch_.highest)) AddPlace(cursor, stretch_.highest);
    if (!are_same(stretch_.first, stretch_.last)) AddPlace(cursor, stretch_.last);
    stretch_.column = UINT32_MAX;
  }

  void AddPoints(PointCursor& cursor) {
    cursor.ReadPoints();
    axis_.Read(cursor, xs_);
    for (size_t i = 0; i < xs_.size(); ++i) {
      Add({.index = cursor.indices()[i], .x = xs_[i], .value = cursor.values()[i]}, ordinal_++);
    }
  }

  static constexpr uint64_t kPointsAColumn = 4;
  // A block with more of them is read as a whole, rather than the points of each one by one.
  static constexpr uint32_t kMaxSingleStretches = 4;
  // How far SendAhead() is ahead.
  static constexpr size_t kSummariesAhead = 10;
  static constexpr size_t kColumnsAhead = 5;
  static constexpr size_t kPiecesAhead = 2;

  const ScalarPoints& points_;
  Axis axis_;
  const double from_;
  const double to_;
  const uint64_t first_ordinal_;
  uint64_t ordinal_ = 0;      // Of the next block's first point.
  uint64_t sorted_from_ = 0;  // What ordinals of a column are ahead of ours; wraps around.
  std::vector<double> xs_;
  std::vector<ExactPoint> exact_;
  Window window_;
  Thinner thinner_;
  Stretch stretch_;
  std::array<Columns, kColumnsAhead + 1> columns_;  // By the block's number.
  std::unique_ptr<BlockValues> values_ = std::make_unique<BlockValues>();
  std::unique_ptr<ScalarBuffer> buffer_ = std::make_unique<ScalarBuffer>();
  ScalarSpan read_;  // All of `read_block_`, if that is one.
  size_t read_block_ = SIZE_MAX;
};

}  // namespace

bool CanSelectByBlocks(const LineView& view) {
  return view.pixels > 0 && view.x != XAxis::kTag && !view.smoothing.is_on();
}

Selection SelectByBlocks(const ScalarPoints& points, const LineView& view, uint64_t first_ordinal) {
  return BlockSelector(points, view, first_ordinal).Select();
}

}  // namespace stepscope
