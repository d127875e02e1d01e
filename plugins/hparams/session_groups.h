// The table of the dashboard: sessions in groups, their metrics aggregated, filtered, sorted and
// cut to a page (tensorboard/plugins/hparams/list_session_groups.py).
#pragma once

#include "base/result.h"
#include "plugin/plugin.h"
#include "plugins/hparams/experiment.h"

namespace stepscope {

// The answer lives in the arena. INVALID_ARGUMENT: the request names no column, or asks a column
// for what it cannot do. RESOURCE_EXHAUSTED: sessions times metrics, or groups times columns, are
// too many.
Result<const hparams::ListSessionGroupsResponse*> ListSessionGroups(
    const hparams::ListSessionGroupsRequest& request, const HparamsRuns& runs,
    const Context& context, google::protobuf::Arena& arena);

}  // namespace stepscope
