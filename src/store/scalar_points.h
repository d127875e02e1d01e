// Walks the points of one scalar series as a question sees them: every strand in turn, with or
// without what a restarted job wrote again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "series/column.h"
#include "store/attempts.h"
#include "store/snapshot.h"

namespace stepscope {

enum class Restarts : uint8_t {
  kHideSuperseded,  // Our own rule (design.md, "Restarts").
  kShowAll,
  kPurge,  // As TensorBoard's Python loader (event-files.md 4.3).
};

// How a file holds the values of a series.
enum class ScalarType : uint8_t { kFloat32, kFloat64, kInt64, kUint64, kBool, kMixed };

// The points of a series that one rule lets through. A point's index counts all points of the
// segments, hidden ones too, so that it leads back to the point at once; its ordinal counts visible
// points only.
class ScalarPoints {
 public:
  // `run` holds `series`; both must outlive this. Once `stop` is requested, walks that read every
  // point end early.
  ScalarPoints(const RunSnapshot& run, const Series& series, Restarts restarts,
               std::stop_token stop = {});

  const RunSnapshot& run() const { return run_; }
  const Series& series() const { return series_; }
  const std::vector<Segment>& segments() const { return segments_; }

  uint64_t visible_count() const { return visible_count_; }
  uint64_t superseded_count() const { return superseded_count_; }  // Visible only with kShowAll.
  uint32_t attempt_count() const;
  ScalarType type() const { return type_; }

 private:
  friend class PointCursor;
  friend class PointReader;
  bool Hides(const Segment& segment) const;
  void Count();

  const RunSnapshot& run_;
  const Series& series_;
  Restarts restarts_;
  std::stop_token stop_;
  std::vector<Segment> segments_;
  uint64_t visible_count_ = 0;
  uint64_t superseded_count_ = 0;
  ScalarType type_ = ScalarType::kFloat32;
};

// One point exactly as the file has it.
struct ExactPoint {
  int64_t step = 0;
  double wall_time = 0;
  uint32_t attempt = 0;
  ValueType type = ValueType::kFloat32;
  double as_double = 0;
  uint64_t integer = 0;  // Of the integer types and bool; int64 in two's complement.

  static ExactPoint Of(const PointBits& point, ValueType type, uint32_t attempt);
};

// Visits the visible points in order, some hundred at a time. The spans live until the next Next().
class PointCursor {
 public:
  explicit PointCursor(const ScalarPoints& points)
      : points_(points) {}  // `points` must outlive it.

  bool Next();  // False at the end. Batches are never empty.

  // The same in two steps, for whoever need not read every block: NextBlock() moves on, and
  // ReadPoints() fills the spans, which may turn out to be empty.
  bool NextBlock();
  void ReadPoints();
  // Null unless the block has one and is visible as a whole.
  const BlockSummary* summary() const;
  // A point of such a block.
  ExactPoint Exact(const PointBits& point) const { return Exact(point, block_); }
  // Such a block's points as they lie, until the next read.
  ScalarSpan ReadSpan(PointParts parts) { return column().Read(block_, *buffer_, parts); }
  uint64_t block_first_index() const { return first_index_; }

  // For whoever goes over the column's blocks alone: a new segment has a new number.
  size_t segment_number() const { return segment_; }
  size_t block() const { return block_; }
  const ScalarColumnView& column() const {
    return points_.series_.strands[segment().strand].scalars;
  }
  // The last blocks of the segment that are visible as a whole, have summaries, and whose steps, or
  // else wall times, never go back in and between them. There may be none.
  struct Blocks {
    size_t begin = 0;
    size_t end = 0;
  };
  Blocks FindSorted(bool by_step) const;
  uint64_t FirstIndexOf(size_t block) const {  // Of one of those.
    return segment_first_index_ + column().first_ordinal(block) - segment().begin;
  }
  ExactPoint Exact(const PointBits& point, size_t block) const {
    return ExactPoint::Of(point, column().type(block), segment().attempt);
  }
  void MoveTo(size_t block);  // One of those, further on: it becomes the cursor's.
  uint64_t block_size() const { return to_ - from_; }  // Hidden points too.

  std::span<const uint64_t> indices() const { return indices_; }
  std::span<const int64_t> steps() const { return steps_; }
  std::span<const double> wall_times() const { return wall_times_; }
  std::span<const double> values() const { return values_; }  // Integers above 2^53 are rounded.

 private:
  bool EnterSegment();
  void EnterBlock();
  const Segment& segment() const { return points_.segments_[segment_]; }

  const ScalarPoints& points_;
  size_t segment_ = 0;
  uint64_t segment_first_index_ = 0;
  bool is_inside_ = false;  // Of a block of that segment; the others then say which and how much.
  size_t block_ = 0;
  uint64_t from_ = 0;  // The segment's part of the block.
  uint64_t to_ = 0;
  uint64_t first_index_ = 0;  // Of the point at from_.
  std::unique_ptr<ScalarBuffer> buffer_ = std::make_unique<ScalarBuffer>();
  std::vector<uint64_t> indices_;
  std::vector<int64_t> steps_;
  std::vector<double> wall_times_;
  std::vector<double> values_;
};

// Reads single points; cheap as long as the indices grow.
class PointReader {
 public:
  explicit PointReader(const ScalarPoints& points)
      : points_(points) {}  // `points` must outlive it.

  ExactPoint Read(uint64_t index);  // Of a point that a cursor gave.

 private:
  const ScalarPoints& points_;
  size_t segment_ = 0;
  uint64_t segment_first_index_ = 0;
  std::unique_ptr<ScalarBuffer> buffer_ = std::make_unique<ScalarBuffer>();
  size_t block_ = 0;
  uint32_t reads_ = 0;  // Of that block.
  ScalarSpan span_;     // Once there were many.
  uint64_t block_first_ordinal_ = 0;
  size_t block_segment_ = SIZE_MAX;  // The segment that block_ was read for.
};

}  // namespace stepscope
