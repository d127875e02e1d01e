// The steps of a series, and how tests write the steps that they expect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

// Of every point, strand by strand.
inline std::vector<int64_t> StepsOf(const Series& series) {
  std::vector<int64_t> steps;
  ScalarBuffer buffer;
  for (const Strand& strand : series.strands) {
    for (size_t b = 0; b < strand.scalars.block_count(); ++b) {
      const auto block = strand.scalars.Read(b, buffer, kSteps).steps;
      steps.insert(steps.end(), block.begin(), block.end());
    }
    for (size_t b = 0; b < strand.blobs.block_count(); ++b) {
      const auto block = strand.blobs.block(b).steps;
      steps.insert(steps.end(), block.begin(), block.end());
    }
  }
  return steps;
}

// first, first + 1, ... last.
inline std::vector<int64_t> Range(int64_t first, int64_t last) {
  std::vector<int64_t> steps;
  for (int64_t step = first; step <= last; ++step) steps.push_back(step);
  return steps;
}

}  // namespace stepscope
