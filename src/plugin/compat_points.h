// The points of a scalar series as TensorBoard's own interfaces answer with them, over HTTP and
// gRPC alike.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/scalar_points.h"

namespace stepscope {

// Purged as upstream's Python loader does, then thinned to `limit` points (0: all of them), but by
// extremes where upstream draws lots. `run` holds `series`.
std::vector<ExactPoint> ReadCompatPoints(const RunSnapshot& run, const Series& series,
                                         uint64_t limit);

// The last of those points, without walking through the others; nothing if none is left.
std::optional<ExactPoint> ReadNewestCompatPoint(const RunSnapshot& run, const Series& series);

}  // namespace stepscope
