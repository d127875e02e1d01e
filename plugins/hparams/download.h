// The table as people download it (tensorboard/plugins/hparams/download_data.py).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/response.h"
#include "plugins/hparams/experiment.h"

namespace stepscope {

// `format` is json, csv or latex; columns are parameters, then metrics, of which those are left out
// that `visible` says false of or does not reach. INVALID_ARGUMENT: another format.
Result<Response> TableResponse(const hparams::Experiment& experiment,
                               const hparams::ListSessionGroupsResponse& groups,
                               std::optional<std::string_view> format,
                               const std::vector<bool>& visible);

}  // namespace stepscope
