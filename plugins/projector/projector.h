// The projector dashboard: points of many dimensions, with labels and pictures. Its data are files
// beside the events, which projector_config.pbtxt names, and checkpoints.
// Reference: tensorboard/plugins/projector.
#pragma once

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kProjector;

}  // namespace stepscope
