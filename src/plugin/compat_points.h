// The points of a scalar series as TensorBoard's own interfaces answer with them, over HTTP and
// gRPC alike.
#pragma once

#include <cstdint>
#include <vector>

#include "store/scalar_points.h"

namespace stepscope {

// Purged as upstream's Python loader does, then thinned to `limit` points (0: all of them), but by
// extremes where upstream draws lots. `run` holds `series`.
std::vector<ExactPoint> ReadCompatPoints(const RunSnapshot& run, const Series& series,
                                         uint64_t limit);

}  // namespace stepscope
