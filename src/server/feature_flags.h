// Flags of TensorBoard's page, which it sends along with what it asks for.
#pragma once

#include "base/result.h"
#include "http/request.h"

namespace stepscope {

// None of them means anything here, but what is no JSON object is refused as upstream does
// (tensorboard/backend/client_feature_flags.py): INVALID_ARGUMENT.
Status CheckFeatureFlags(const Request& request);

}  // namespace stepscope
