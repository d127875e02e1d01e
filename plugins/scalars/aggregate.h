// POST /api/scalars/aggregate: statistics over sets of runs on a common x (docs/api.md).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "http/columns.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"
#include "plugins/scalars/aggregate_query.h"
#include "plugins/scalars/line.h"

namespace stepscope {

// What one request may cost.
struct AggregateLimits {
  uint64_t point_cost = kMaxPointCost;           // Each point is read twice, before any smoothing.
  uint64_t max_evaluations = uint64_t{1} << 25;  // Lines times places on x: about a second.
  // Points that lie in memory, 64 to 128 MiB: all if they are no more; else those that must be
  // sorted or are inside windows.
  uint64_t max_held_points = uint64_t{1} << 22;
  uint64_t max_numbers = uint64_t{1} << 23;  // In the answer.
};

// The facts and columns of one group, without `name` and `index`. `plan` is of the view's
// smoothing; `lines` are those that exist.
Result<Table> AggregateGroup(const AggregateQuery& query, const SmoothingPlan& plan,
                             const std::vector<std::unique_ptr<MemberLine>>& lines,
                             const AggregateLimits& limits);

Result<Response> QueryAggregate(const Request& request, const Context& context);

}  // namespace stepscope
