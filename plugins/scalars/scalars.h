// The scalars dashboard: one number a step, drawn as lines.
#pragma once

#include <string_view>

#include "plugin/plugin.h"
#include "plugin/series_finder.h"
#include "store/snapshot.h"

namespace stepscope {

extern const Plugin kScalars;

// Whether a series holds this dashboard's numbers.
bool IsScalarSeries(const Series& series);

// SeriesFinder for a single series.
FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag);

}  // namespace stepscope
