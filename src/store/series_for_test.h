// Run snapshots made by hand, as tests need them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

// Behind those that the run has. Series that were asked for before are looked up again.
inline Series& AddSeries(RunSnapshot& run, std::shared_ptr<const SeriesInfo> info,
                         std::vector<Strand> strands) {
  const Strand* const before = run.strands.data();
  const size_t count = strands.size();
  for (Strand& strand : strands) run.strands.push_back(std::move(strand));
  run.series.push_back({.info = std::move(info), .strands = {}});
  if (run.strands.data() != before) {  // They moved.
    const Strand* at = run.strands.data();
    for (Series& series : run.series) {
      series.strands = {at, series.strands.size()};
      at += series.strands.size();
    }
  }
  run.series.back().strands = std::span(run.strands).last(count);
  return run.series.back();
}

}  // namespace stepscope
