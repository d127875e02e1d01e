// The scalars dashboard: one number a step, drawn as lines.
#pragma once

#include <string_view>

#include "plugin/plugin.h"
#include "store/snapshot.h"

namespace stepscope {

extern const Plugin kScalars;

// Whether a series holds this dashboard's numbers.
bool IsScalarSeries(const Series& series);

struct FoundSeries {
  const RunSnapshot* run = nullptr;
  const Series* series = nullptr;
};
// The scalar series that a client means by names that it was shown, where invalid UTF-8 reads as
// U+FFFD. Both null if there is none.
FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag);

}  // namespace stepscope
