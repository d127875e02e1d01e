// The user's own TensorBoard beside us, for its Python plugins (http-api.md 3.5): started on our
// gRPC data provider and a private port, asked for its dynamic plugins, started again when it dies.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "server/proxy.h"

namespace stepscope {

struct SidecarOptions {
  std::string python;  // A program, in $PATH or by its path.
  std::string logdir;
  std::string path_prefix;
  uint16_t grpc_port = 0;
  std::set<std::string, std::less<>> own_plugins;  // That we show ourselves.
  // TensorBoard's imports alone take ten seconds on a busy machine.
  std::chrono::milliseconds start_timeout{90'000};
  std::chrono::milliseconds listing_interval{5'000};  // As TensorBoard's own page at most.
  std::chrono::milliseconds first_pause{1'000};       // Before it is started again; doubled
  std::chrono::milliseconds last_pause{60'000};       // up to this.
};

// The dynamic plugins of a /data/plugins_listing but for `own`. UNAVAILABLE: no such listing.
Result<std::vector<ProxiedPlugin>> ParseListing(std::string_view json,
                                                const std::set<std::string, std::less<>>& own);

class Sidecar {
 public:
  // Starts it, on a thread of its own. `table` must outlive this.
  Sidecar(SidecarOptions options, ProxyTable& table);
  ~Sidecar();  // Ends it.

 private:
  class Child;

  void Run();
  // Serves until the child dies or we end; what it said last, for the user.
  std::string RunOnce(bool& was_running);
  bool Sleep(std::chrono::milliseconds time);  // False when we are to end.

  const SidecarOptions options_;
  ProxyTable& table_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread thread_;  // The last, because it uses the others.
};

}  // namespace stepscope
