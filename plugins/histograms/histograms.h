// The histograms dashboard: how values were spread, step by step.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kHistograms;

}  // namespace stepscope
