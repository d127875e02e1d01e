// Run snapshots made by hand, as tests need them.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

// Behind those that the run has. Series that were asked for before are looked up again.
inline Series& AddSeries(RunSnapshot& run, std::shared_ptr<const SeriesInfo> info,
                         std::vector<Strand> strands) {
  std::vector<size_t> counts;
  for (const Series& series : run.series) counts.push_back(series.strands.size());
  counts.push_back(strands.size());
  for (Strand& strand : strands) run.strands.push_back(std::move(strand));
  run.series.push_back({.info = std::move(info), .strands = {}});
  const Strand* at = run.strands.data();
  for (size_t i = 0; i < counts.size(); ++i) {
    run.series[i].strands = {at, counts[i]};
    at += counts[i];
  }
  return run.series.back();
}

}  // namespace stepscope
