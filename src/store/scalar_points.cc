#include "store/scalar_points.h"

#include <algorithm>
#include <iterator>

namespace stepscope {
namespace {

ScalarType TypeOf(ValueType type) {
  switch (type) {
    case ValueType::kFloat32:
      return ScalarType::kFloat32;
    case ValueType::kFloat64:
      return ScalarType::kFloat64;
    case ValueType::kInt64:
      return ScalarType::kInt64;
    case ValueType::kUint64:
      return ScalarType::kUint64;
    case ValueType::kBool:
      return ScalarType::kBool;
  }
  return ScalarType::kMixed;
}

template <typename T>
void AppendAsDoubles(std::span<const T> values, std::vector<double>& out) {
  std::transform(values.begin(), values.end(), std::back_inserter(out),
                 [](T value) { return static_cast<double>(value); });
}

void AppendValues(const ScalarSpan& block, size_t from, size_t count, std::vector<double>& out) {
  switch (block.type) {
    case ValueType::kFloat32:
      return AppendAsDoubles(block.float32.subspan(from, count), out);
    case ValueType::kFloat64:
      return AppendAsDoubles(block.float64.subspan(from, count), out);
    case ValueType::kInt64:
      return AppendAsDoubles(block.int64.subspan(from, count), out);
    case ValueType::kUint64:
    case ValueType::kBool:
      return AppendAsDoubles(block.uint64.subspan(from, count), out);
  }
}

}  // namespace

ScalarPoints::ScalarPoints(const RunSnapshot& run, const Series& series, Restarts restarts,
                           std::stop_token stop)
    : run_(run),
      series_(series),
      restarts_(restarts),
      stop_(std::move(stop)),
      segments_(restarts == Restarts::kPurge ? FindCompatSegments(series)
                                             : FindAttempts(run, series)) {
  Count();
}

uint32_t ScalarPoints::attempt_count() const {
  uint32_t count = 0;
  for (const Segment& segment : segments_) count = std::max(count, segment.attempt + 1);
  return count;
}

bool ScalarPoints::Hides(const Segment& segment) const {
  return segment.has_superseded_from && restarts_ != Restarts::kShowAll;
}

void ScalarPoints::Count() {
  bool has_type = false;
  const auto add_type = [&](ValueType value_type) {
    const ScalarType type = TypeOf(value_type);
    type_ = !has_type || type == type_ ? type : ScalarType::kMixed;
    has_type = true;
  };
  std::unique_ptr<ScalarBuffer> buffer;
  for (const Segment& segment : segments_) {
    if (segment.begin == segment.end) continue;
    const ScalarColumnView& column = series_.strands[segment.strand].scalars;
    const auto only_type = column.only_type();
    if (only_type && !segment.has_superseded_from) {
      add_type(*only_type);
      visible_count_ += segment.end - segment.begin;
      continue;
    }
    auto [block_index, first_ordinal] = column.Find(segment.begin);
    for (; first_ordinal < segment.end; ++block_index) {
      const uint32_t count = column.count(block_index);
      const uint64_t from = std::max(segment.begin, first_ordinal) - first_ordinal;
      const uint64_t to = std::min<uint64_t>(segment.end - first_ordinal, count);
      add_type(column.type(block_index));
      uint64_t superseded = 0;
      const BlockSummary* const summary = column.summary(block_index);
      if (segment.has_superseded_from && summary != nullptr &&
          summary->lowest_step >= segment.superseded_from) {
        superseded = to - from;
      } else if (segment.has_superseded_from &&
                 (summary == nullptr || summary->highest_step >= segment.superseded_from)) {
        if (!buffer) buffer = std::make_unique<ScalarBuffer>();
        const ScalarSpan block = column.Read(block_index, *buffer, kSteps);
        superseded = static_cast<uint64_t>(
            std::count_if(block.steps.begin() + static_cast<ptrdiff_t>(from),
                          block.steps.begin() + static_cast<ptrdiff_t>(to),
                          [&](int64_t step) { return step >= segment.superseded_from; }));
      }
      superseded_count_ += superseded;
      visible_count_ += to - from - (Hides(segment) ? superseded : 0);
      first_ordinal += count;
    }
  }
}

ExactPoint ExactPoint::Of(const PointBits& point, ValueType type, uint32_t attempt) {
  ExactPoint exact = {.step = point.step,
                      .wall_time = point.wall_time,
                      .attempt = attempt,
                      .type = type,
                      .as_double = NumberOf(type, point.bits)};
  if (type != ValueType::kFloat32 && type != ValueType::kFloat64) exact.integer = point.bits;
  return exact;
}

bool PointCursor::EnterSegment() {
  for (; segment_ < points_.segments_.size(); ++segment_) {
    if (segment().begin == segment().end) continue;
    block_ = column().Find(segment().begin).block;
    return true;
  }
  return false;
}

bool PointCursor::NextBlock() {
  if (is_inside_ && column().first_ordinal(block_) + to_ < segment().end) {
    ++block_;
  } else {
    if (is_inside_) {
      segment_first_index_ += segment().end - segment().begin;
      ++segment_;
    }
    is_inside_ = EnterSegment();
    if (!is_inside_) return false;
  }
  EnterBlock();
  return true;
}

void PointCursor::EnterBlock() {
  const uint64_t first_ordinal = column().first_ordinal(block_);
  from_ = std::max(segment().begin, first_ordinal) - first_ordinal;
  to_ = std::min<uint64_t>(segment().end - first_ordinal, column().count(block_));
  first_index_ = segment_first_index_ + first_ordinal + from_ - segment().begin;
}

void PointCursor::MoveTo(size_t block) {
  block_ = block;
  EnterBlock();
}

PointCursor::Blocks PointCursor::FindSorted(bool by_step) const {
  if (points_.Hides(segment())) return {};
  const ScalarColumnView& column = this->column();
  size_t end = std::min(column.Find(segment().end - 1).block + 1, column.sealed_count());
  // A block of which another segment has a part is none.
  if (end > 0 && column.first_ordinal(end - 1) + column.count(end - 1) > segment().end) --end;
  if (end == 0) return {};
  const size_t sorted_from =
      by_step ? column.steps_sorted_from(end - 1) : column.times_sorted_from(end - 1);
  size_t begin = column.Find(segment().begin).block;
  if (column.first_ordinal(begin) < segment().begin) ++begin;
  begin = std::max(begin, sorted_from);
  return begin < end ? Blocks{begin, end} : Blocks{};
}

bool PointCursor::Next() {
  do {
    if (points_.stop_.stop_requested() || !NextBlock()) return false;
    ReadPoints();
  } while (indices_.empty());
  return true;
}

const BlockSummary* PointCursor::summary() const {
  const bool is_whole = from_ == 0 && to_ == column().count(block_) && !points_.Hides(segment());
  return is_whole ? column().summary(block_) : nullptr;
}

void PointCursor::ReadPoints() {
  indices_.clear();
  steps_.clear();
  wall_times_.clear();
  values_.clear();
  const ScalarSpan block = ReadSpan(kWholePoints);
  const auto append = [&](uint64_t begin, uint64_t end) {
    const auto begin_at = static_cast<ptrdiff_t>(begin);
    const auto end_at = static_cast<ptrdiff_t>(end);
    for (uint64_t i = begin; i < end; ++i) indices_.push_back(first_index_ + (i - from_));
    steps_.insert(steps_.end(), block.steps.begin() + begin_at, block.steps.begin() + end_at);
    wall_times_.insert(wall_times_.end(), block.wall_times.begin() + begin_at,
                       block.wall_times.begin() + end_at);
    AppendValues(block, begin, end - begin, values_);
  };
  if (!points_.Hides(segment())) return append(from_, to_);
  const int64_t superseded_from = segment().superseded_from;
  for (uint64_t i = from_; i < to_;) {
    uint64_t end = i;
    while (end < to_ && block.steps[end] < superseded_from) ++end;
    append(i, end);
    i = end + 1;
  }
}

ExactPoint PointReader::Read(uint64_t index) {
  const auto size_of = [&] {
    return points_.segments_[segment_].end - points_.segments_[segment_].begin;
  };
  if (index < segment_first_index_) {
    segment_ = 0;
    segment_first_index_ = 0;
  }
  while (index - segment_first_index_ >= size_of()) {
    segment_first_index_ += size_of();
    ++segment_;
  }
  const Segment& segment = points_.segments_[segment_];
  const uint64_t ordinal = segment.begin + (index - segment_first_index_);
  const ScalarColumnView& column = points_.series_.strands[segment.strand].scalars;
  const bool is_inside = block_segment_ == segment_ && ordinal >= block_first_ordinal_ &&
                         ordinal - block_first_ordinal_ < column.count(block_);
  if (!is_inside) {
    const auto place = column.Find(ordinal);
    block_ = place.block;
    block_first_ordinal_ = place.first_ordinal;
    block_segment_ = segment_;
    reads_ = 0;
  }
  // A few points of a block are read one by one, many from the block as a whole.
  constexpr uint32_t kMaxSingleReads = 4;
  const auto at = static_cast<uint32_t>(ordinal - block_first_ordinal_);
  if (++reads_ == kMaxSingleReads + 1) span_ = column.Read(block_, *buffer_);
  const PointBits bits =
      reads_ <= kMaxSingleReads
          ? column.ReadPoint(block_, at)
          : PointBits{span_.steps[at], span_.wall_times[at], span_.ValueBits(at)};
  return ExactPoint::Of(bits, column.type(block_), segment.attempt);
}

}  // namespace stepscope
