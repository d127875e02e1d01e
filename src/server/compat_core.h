// TensorBoard's core routes (http-api.md 1.2, 3.1), which belong to no dashboard.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/api.h"
#include "server/proxy.h"

namespace stepscope {

// An answer with this header brings its own policy, and gets no other but who may frame it.
inline constexpr std::string_view kPolicyHeader = "Content-Security-Policy";

// Asks a plugin about files other than events (Plugin::has_data).
using HasData = std::function<bool(const Plugin&)>;

// Everything that is given must outlive the router; `proxy` may be null.
void AddCompatCoreRoutes(Router& router, const SnapshotCell& snapshots,
                         const ServerOptions& options, std::span<const Plugin* const> plugins,
                         CoreApi& api, HasData has_data, const ProxyTable* proxy);

}  // namespace stepscope
