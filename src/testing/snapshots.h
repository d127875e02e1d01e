// What tests ask snapshots.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

inline std::vector<std::string> RunNames(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const auto& run : snapshot.runs) names.push_back(run->name);
  return names;
}

// 0 for a series that is not there.
inline uint64_t PointCount(const Snapshot& snapshot, const std::string& run,
                           const std::string& tag) {
  const Series* const series = snapshot.FindSeries(run, tag);
  return series == nullptr ? 0 : series->size();
}

}  // namespace stepscope
