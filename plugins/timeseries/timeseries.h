// The time series dashboard: scalars, histograms and images on one page (upstream:
// tensorboard/plugins/metrics).
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kTimeseries;

}  // namespace stepscope
