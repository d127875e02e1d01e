// What a dashboard stores with its series (SummaryMetadata's plugin_data.content).
#pragma once

#include <optional>

#include "base/stats.h"
#include "store/snapshot.h"

namespace stepscope {

// Plugin::check for messages whose field 1 is an int32 `version` that must be 0 or absent, which
// are those of nearly all of TensorBoard's dashboards.
std::optional<Stat> CheckContentVersion(const SeriesInfo& info);
// The same where "{}" stands for an empty message: histograms and texts once had JSON there.
std::optional<Stat> CheckContentVersionOrJson(const SeriesInfo& info);

}  // namespace stepscope
