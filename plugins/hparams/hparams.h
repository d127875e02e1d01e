// The hyperparameters dashboard: what was tried with which values, and how well it went.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kHparams;

}  // namespace stepscope
