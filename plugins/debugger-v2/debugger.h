// The debugger's dashboard, as far as its listing: TensorFlow's files are not read yet.
// Reference: tensorboard/plugins/debugger_v2.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kDebuggerV2;

}  // namespace stepscope
