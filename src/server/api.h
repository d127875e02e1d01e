// Our own core routes (docs/api.md): /api/environment, /api/runs, /api/tags, /api/stats.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "http/router.h"
#include "plugin/plugin.h"
#include "server/tag_index.h"

namespace stepscope {

// Thread-safe. Everything it is given must outlive it.
class CoreApi {
 public:
  CoreApi(const SnapshotCell& snapshots, const Stats& stats, const ServerOptions& options,
          std::span<const Plugin* const> plugins);

  void AddRoutes(Router& router);

  // How many series the dashboards show, in the order of the plugins.
  std::vector<uint64_t> CountSeries();

 private:
  Result<Response> Environment(const Request& request);
  Result<Response> Runs(const Request& request);
  Result<Response> Tags(const Request& request);
  Result<Response> GetStats(const Request& request);

  // Calls `use` with the index at the latest snapshot, under the lock: for looking up only, since
  // every other request waits.
  template <typename Use>
  auto WithIndex(Use use);
  std::shared_ptr<const std::vector<uint32_t>> NaturalOrder(const Snapshot& snapshot);

  const SnapshotCell& snapshots_;
  const Stats& stats_;
  const ServerOptions& options_;
  const std::span<const Plugin* const> plugins_;

  std::mutex index_mutex_;
  TagIndex index_;

  // The natural order of the runs of one snapshot, which most later ones share.
  std::mutex order_mutex_;
  std::vector<std::string> ordered_names_;
  std::shared_ptr<const std::vector<uint32_t>> order_;
};

}  // namespace stepscope
