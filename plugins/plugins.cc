// The dashboards of this build, in the order of their tabs.
#include "plugin/plugin.h"
#include "plugins/scalars/scalars.h"

namespace stepscope {

std::span<const Plugin* const> AllPlugins() {
  static constexpr const Plugin* kPlugins[] = {&kScalars};
  return kPlugins;
}

}  // namespace stepscope
