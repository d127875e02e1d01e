// The images dashboard: pictures, step by step. Reference: tensorboard/plugins/image.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kImages;

}  // namespace stepscope
