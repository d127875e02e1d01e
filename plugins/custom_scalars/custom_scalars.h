// The custom scalars dashboard: charts whose lines users chose, by name or regular expression.
#pragma once

#include <optional>

#include <tensorboard/custom_scalars.pb.h>

#include "base/result.h"
#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kCustomScalars;

// The layouts of all runs as one, in the order of the runs' names: categories of one title become
// one, and a chart that is there already is not repeated. Of several layouts of a run the last
// counts. A layout that cannot be read is left out.
// Nothing where no run has one.
Result<std::optional<tensorboard::custom_scalars::Layout>> MergeLayouts(const Context& context);

}  // namespace stepscope
