// Puts the rooms together: ingest fills the snapshots, the server answers from them.
#pragma once

#include <span>

#include "app/flags.h"
#include "plugin/plugin.h"
#include "server/assets.h"

namespace stepscope {

// Serves until SIGINT or SIGTERM and returns the exit code. Call it before there are other threads:
// it decides for all of them which signals they see.
int Serve(const Command& command, std::span<const EmbeddedAsset> assets,
          std::span<const Plugin* const> plugins);

}  // namespace stepscope
