// The body of POST /api/scalars/aggregate (docs/api.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/aggregate.h"
#include "base/result.h"
#include "plugins/scalars/line_view.h"
#include "plugins/scalars/member.h"
#include "plugins/scalars/series_query.h"

namespace stepscope {

struct GroupQuery {
  std::string name;
  std::vector<SeriesKey> series;
};

struct AggregateQuery {
  // Each of them is read at the same time, with buffers of up to 130 KB.
  static constexpr size_t kMaxMembers = 1024;
  // Of all groups.
  static constexpr size_t kMaxSeries = SeriesQuery::kMaxSeries;

  std::vector<GroupQuery> groups;
  std::vector<Statistic> statistics;
  LineView view;
  Between between = Between::kLinear;
};

Result<AggregateQuery> ParseAggregateQuery(std::string_view body);

std::string_view NameOf(Statistic statistic);  // As a column.

}  // namespace stepscope
