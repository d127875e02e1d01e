#include "plugin/plugin.h"

namespace stepscope {

uint64_t ServerOptions::SamplesFor(std::string_view plugin, uint64_t fallback) const {
  for (const auto& [name, samples] : samples_per_plugin) {
    if (name == plugin) return samples;
  }
  return fallback;
}

}  // namespace stepscope
