// TensorBoard's core routes (http-api.md 1.2, 3.1), which belong to no dashboard.
#pragma once

#include <span>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/api.h"

namespace stepscope {

// Everything that is given must outlive the router.
void AddCompatCoreRoutes(Router& router, const SnapshotCell& snapshots,
                         const ServerOptions& options, std::span<const Plugin* const> plugins,
                         CoreApi& api);

}  // namespace stepscope
