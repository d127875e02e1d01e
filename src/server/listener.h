// Sockets: HTTP/1.1 and the live WebSocket, on one I/O thread and a few handler threads.
#pragma once

#include <memory>

#include "server/bind.h"
#include "server/limits.h"
#include "server/site.h"
#include "store/snapshot.h"

namespace stepscope {

class Server {
 public:
  // Serves from here on, and keeps the site's lists up with what is published. `site`, `snapshots`
  // and `stats` must outlive the server, except that the snapshots may be published to afterwards.
  Server(BoundSockets sockets, Site& site, SnapshotCell& snapshots, const Stats& stats,
         ServerLimits limits = {});
  ~Server();  // Stops.

  // Ends within ServerLimits::stop_timeout and what the running handlers need.
  void Stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace stepscope
