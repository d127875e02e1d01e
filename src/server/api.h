// Our own core routes (docs/api.md): /api/environment, /api/runs, /api/tags, /api/stats.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/limits.h"
#include "server/run_order.h"
#include "server/tag_catalog.h"

namespace stepscope {

// Thread-safe. Everything it is given must outlive it.
class CoreApi {
 public:
  CoreApi(const SnapshotCell& snapshots, const Stats& stats, const ServerOptions& options,
          std::span<const Plugin* const> plugins, const ServerUse& use);

  void AddRoutes(Router& router);

  // How many series the dashboards show, in the order of the plugins.
  std::vector<uint64_t> CountSeries();

  // To be called after each publication, from one thread at a time: what takes long is done here
  // and not while a request waits.
  void KeepUp();
  // Another one when a tag came or went, or is called something else.
  uint64_t tags_revision() const { return tags_.revision(); }

 private:
  Result<Response> Environment(const Request& request);
  Result<Response> Runs(const Request& request);
  Result<Response> Tags(const Request& request);
  Result<Response> GetStats(const Request& request);
  nlohmann::ordered_json HeldByServer(const Snapshot& snapshot) const;

  const SnapshotCell& snapshots_;
  const Stats& stats_;
  const ServerOptions& options_;
  const std::span<const Plugin* const> plugins_;
  const ServerUse& use_;
  TagCatalog tags_;
  RunOrders orders_;
};

}  // namespace stepscope
