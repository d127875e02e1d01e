// How a series that was written by several processes reads: attempts and superseded points
// (design.md, "Restarts").
#pragma once

#include <cstdint>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

// A stretch of a series' points, in reading order, that a query walks: strand by strand.
struct Segment {
  size_t strand = 0;   // Index into Series::strands.
  uint64_t begin = 0;  // Ordinals inside the strand.
  uint64_t end = 0;
  uint32_t attempt = 0;  // 0 for the first.
  // Points of this segment with step >= this were written again by a later attempt.
  int64_t superseded_from = INT64_MAX;
  bool has_superseded_from = false;
};

// The attempts of one series. A START (from the run's second on), or a later file of the run that
// goes back in steps and began after the earlier file ended, begins a new attempt.
std::vector<Segment> FindAttempts(const RunSnapshot& run, const Series& series);

// The same points as TensorBoard's Python loader keeps: purged at restarts. Returns, per strand, a
// keep rule as segments whose superseded_from marks what is purged.
std::vector<Segment> FindCompatSegments(const Series& series);

}  // namespace stepscope
