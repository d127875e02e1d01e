// The scalars dashboard: one number a step, drawn as lines.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kScalars;

}  // namespace stepscope
