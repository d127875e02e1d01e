// Walks the values of a series that is no scalar series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "series/column.h"
#include "store/snapshot.h"

namespace stepscope {

struct ValuePoint {
  int64_t step = 0;
  double wall_time = 0;
  size_t strand = 0;  // Index into Series::strands.
  BlobRef ref;
};

// The values that TensorBoard's Python loader keeps: without what a restart purged (event-files.md
// 4.3), of a tensor series as they were logged, of a blob series the first of each step, by step
// (tensorboard/backend/event_processing/data_provider.py).
std::vector<ValuePoint> FindCompatValues(const Series& series);

// The most blobs of a value, also of one that a step shows no more because it is not its first:
// that is how TensorBoard counts pictures and sounds (same file). 0 of an empty series.
uint32_t MaxCompatBlobs(const Series& series);

}  // namespace stepscope
