// POST /api/scalars/summary: one row a series, for a table of runs (docs/api.md).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"
#include "store/scalar_points.h"

namespace stepscope {

// A point of a series as a table shows it; not a number where there is none.
struct SummaryPoint {
  double value = std::numeric_limits<double>::quiet_NaN();
  int64_t step = 0;
  double wall_time = std::numeric_limits<double>::quiet_NaN();
  uint64_t index = 0;  // Of a point that there is: leads a PointReader to its exact value.
};

// Which point to tell of: the last one at that step, or at the nearest earlier step that there is.
struct AtStep {
  int64_t step = 0;
  bool takes_previous = false;
};

struct SeriesSummary {
  uint64_t count = 0;
  uint64_t non_finite = 0;
  SummaryPoint first;  // In reading order, finite or not.
  SummaryPoint last;
  SummaryPoint min;  // Of the finite values; of several equal ones the first.
  SummaryPoint max;
  double mean = std::numeric_limits<double>::quiet_NaN();  // Of the finite values.
  std::optional<SummaryPoint> at;
};

SeriesSummary Summarize(const ScalarPoints& points, const std::optional<AtStep>& at);

Result<Response> QuerySummaries(const Request& request, const Context& context);

}  // namespace stepscope
