// One line of a chart: a series' points, smoothed, cut to a window and thinned to a width.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/columns.h"
#include "http/request.h"
#include "plugins/scalars/axis.h"
#include "plugins/scalars/series_query.h"

namespace stepscope {

// The facts and columns of docs/api.md without `run`, `tag` and `index`. `plan` is of the view's
// smoothing, made once for all lines; `x` is null unless x is a tag. With `known` only what is new,
// if points were only appended since. RESOURCE_EXHAUSTED if more than `max_points` would be
// answered.
Result<Table> QueryLine(const RunSnapshot& run, const Series& series, const LineView& view,
                        const SmoothingPlan& plan, const XTag* x,
                        const std::optional<KnownLine>& known, uint64_t max_points);

// What reading and smoothing points may cost one request, in Smoothing's units: less than two
// seconds. 96 million points as they are or under an exponential average, 48 million under a
// median.
constexpr uint64_t kMaxPointCost = uint64_t{96} << 20;

// Announces that so many points are read and smoothed; `passes` as often as they are counted.
Status AnnouncePoints(const Request& request, uint64_t points, uint64_t reading,
                      const Smoothing& smoothing, uint64_t passes);

// Takes the cost of `points` from `left`, each of which is also read for so much; or
// RESOURCE_EXHAUSTED.
Status SpendOnPoints(uint64_t points, uint64_t reading, const Smoothing& smoothing, uint64_t& left);

uint64_t RowCount(const Table& table);  // Of a table with columns.

Error TooManyPoints();

}  // namespace stepscope
