#include "store/value_points.h"

#include <algorithm>

#include "store/attempts.h"

namespace stepscope {
namespace {

void AppendSegment(const Series& series, const Segment& segment, std::vector<ValuePoint>& points) {
  const BlobColumnView& column = series.strands[segment.strand].blobs;
  uint64_t first = 0;  // Ordinal of the block's first value.
  for (size_t b = 0; b < column.block_count() && first < segment.end; ++b) {
    const BlobSpan block = column.block(b);
    const uint64_t from = std::max(segment.begin, first) - first;
    const uint64_t to = std::min<uint64_t>(segment.end - first, block.size());
    for (uint64_t i = from; i < to; ++i) {
      if (segment.has_superseded_from && block.steps[i] >= segment.superseded_from) continue;
      points.push_back({block.steps[i], block.wall_times[i], segment.strand, block.refs[i]});
    }
    first += block.size();
  }
}

// Those that no restart purged.
std::vector<ValuePoint> FindKeptValues(const Series& series) {
  std::vector<ValuePoint> points;
  for (const Segment& segment : FindCompatSegments(series)) AppendSegment(series, segment, points);
  return points;
}

}  // namespace

std::vector<ValuePoint> FindCompatValues(const Series& series) {
  std::vector<ValuePoint> points = FindKeptValues(series);
  if (series.info->kind != SeriesKind::kBlob) return points;
  std::ranges::stable_sort(points, {}, &ValuePoint::step);
  const auto repeated = std::ranges::unique(points, {}, &ValuePoint::step);
  points.erase(repeated.begin(), repeated.end());
  return points;
}

uint32_t MaxCompatBlobs(const Series& series) {
  uint32_t most = 0;
  for (const ValuePoint& point : FindKeptValues(series)) most = std::max(most, point.ref.blobs);
  return most;
}

}  // namespace stepscope
