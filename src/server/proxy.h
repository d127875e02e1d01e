// Requests that another server on this machine answers, in our name: the dashboards of Python
// plugins, which the user's own TensorBoard runs beside us (app/sidecar.h).
//
// Their pages come from our origin, as TensorBoard's front end has them, and stay below
// /data/plugin/NAME/. What they may load is their own business; it says nothing about our page.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/request.h"
#include "http/router.h"

namespace stepscope {

struct ProxiedPlugin {
  std::string name;
  std::string label;          // Of its tab.
  bool is_enabled = false;    // It has something to show.
  std::string listing_entry;  // JSON, for /data/plugins_listing.

  bool operator==(const ProxiedPlugin&) const = default;
};

enum class ProxyState : uint8_t { kOff, kStarting, kRunning, kFailed };

// Who answers, now. Thread-safe.
class ProxyTable {
 public:
  struct Status {
    ProxyState state = ProxyState::kOff;
    std::string message;                 // For the user, while it is not running.
    uint16_t port = 0;                   // On loopback, while it is running.
    std::vector<ProxiedPlugin> plugins;  // That were there when it last ran.
  };

  Status status() const;
  void SetRunning(uint16_t port, std::vector<ProxiedPlugin> plugins);
  // The plugins keep their tabs, which show the message.
  void SetNotRunning(ProxyState state, std::string message);

  // Who answers a request: 0 for nobody at the moment; nothing for one that is ours.
  std::optional<uint16_t> FindPort(const Request& request) const;

 private:
  mutable std::mutex mutex_;
  Status status_;
};

// /api/plugins/python: what the page has to know of them. `table` may be null.
void AddProxyRoutes(Router& router, const ProxyTable* table);

// The request as it goes on, with its body; `target` is the request's own. Our secrets and what is
// about the connection stay here.
std::string FormatProxyRequest(const Request& request, std::string_view target);

// The answer's header as it goes to the client, from that of the other server up to and with its
// empty line. `frame_ancestors` is a policy that is put beside its own. UNAVAILABLE: no HTTP.
Result<std::string> FormatProxyHead(std::string_view head, std::string_view frame_ancestors);

}  // namespace stepscope
