// TensorBoard's core routes (http-api.md 1.2, 3.1), which belong to no dashboard.
#pragma once

#include <span>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/api.h"
#include "server/proxy.h"

namespace stepscope {

// Everything that is given must outlive the router; `proxy` may be null.
void AddCompatCoreRoutes(Router& router, const SnapshotCell& snapshots,
                         const ServerOptions& options, std::span<const Plugin* const> plugins,
                         CoreApi& api, const ProxyTable* proxy);

}  // namespace stepscope
