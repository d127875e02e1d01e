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

}  // namespace stepscope
