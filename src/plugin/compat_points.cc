#include "plugin/compat_points.h"

#include "analysis/thin.h"

namespace stepscope {

std::vector<ExactPoint> ReadCompatPoints(const RunSnapshot& run, const Series& series,
                                         uint64_t limit) {
  const ScalarPoints points(run, series, Restarts::kPurge);
  std::vector<uint64_t> indices;
  std::vector<double> values;
  for (PointCursor cursor(points); cursor.Next();) {
    indices.insert(indices.end(), cursor.indices().begin(), cursor.indices().end());
    values.insert(values.end(), cursor.values().begin(), cursor.values().end());
  }
  std::vector<ExactPoint> answer;
  PointReader reader(points);
  for (const uint64_t kept : ThinToCount(values, limit)) {
    answer.push_back(reader.Read(indices[kept]));
  }
  return answer;
}

std::optional<ExactPoint> ReadNewestCompatPoint(const RunSnapshot& run, const Series& series) {
  const std::vector<Segment> segments = FindCompatSegments(series);
  for (size_t i = segments.size(); i-- > 0;) {
    const Segment& segment = segments[i];
    if (segment.begin == segment.end) continue;
    const ScalarColumnView& column = series.strands[segment.strand].scalars;
    const auto place = column.Find(segment.end - 1);
    const auto index = static_cast<uint32_t>(segment.end - 1 - place.first_ordinal);
    const PointBits point = column.ReadPoint(place.block, index);
    if (segment.has_superseded_from && point.step >= segment.superseded_from) break;
    return ExactPoint::Of(point, column.type(place.block), segment.attempt);
  }
  // The newest is purged, which happens where a job ended while it started again.
  const ScalarPoints points(run, series, Restarts::kPurge);
  std::optional<uint64_t> last;
  for (PointCursor cursor(points); cursor.Next();) last = cursor.indices().back();
  if (!last) return std::nullopt;
  return PointReader(points).Read(*last);
}

}  // namespace stepscope
