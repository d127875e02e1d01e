// The dashboards of this build, in the order of their tabs.
#include <algorithm>

#include "plugin/plugin.h"
#include "plugins/audio/audio.h"
#include "plugins/custom_scalars/custom_scalars.h"
#include "plugins/debugger-v2/debugger.h"
#include "plugins/distributions/distributions.h"
#include "plugins/graphs/graphs.h"
#include "plugins/histograms/histograms.h"
#include "plugins/hparams/hparams.h"
#include "plugins/images/images.h"
#include "plugins/mesh/mesh.h"
#include "plugins/pr_curves/pr_curves.h"
#include "plugins/projector/projector.h"
#include "plugins/scalars/scalars.h"
#include "plugins/text/text.h"
#include "plugins/timeseries/timeseries.h"

namespace stepscope {

std::span<const Plugin* const> AllPlugins() {
  static constexpr const Plugin* kPlugins[] = {
      &kTimeseries, &kScalars, &kCustomScalars, &kImages,     &kAudio,
      &kDebuggerV2, &kGraphs,  &kDistributions, &kHistograms, &kText,
      &kPrCurves,   &kHparams, &kMesh,          &kProjector,
  };
  return kPlugins;
}

std::optional<Stat> CheckSeries(const SeriesInfo& info) {
  for (const Plugin* plugin : AllPlugins()) {
    const bool reads = std::find(plugin->reads.begin(), plugin->reads.end(), info.plugin_name) !=
                       plugin->reads.end();
    if (reads && plugin->check != nullptr) return plugin->check(info);
  }
  return std::nullopt;
}

}  // namespace stepscope
