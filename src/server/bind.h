// Which addresses and which port the server listens on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace stepscope {

struct ListenOptions {
  std::string host;              // "" is localhost: both loopback addresses.
  bool bind_all = false;         // All addresses of the machine; `host` is not looked at.
  std::optional<uint16_t> port;  // 0: any free one. Nothing: the first free one of 6006 to 6105.
};

// Sockets that listen already, so that the port is known and ours before anything else is started.
class BoundSockets {
 public:
  struct Socket {
    int descriptor;
    bool is_ipv6;
  };

  BoundSockets() = default;
  BoundSockets(BoundSockets&& other) noexcept;
  BoundSockets& operator=(BoundSockets&& other) noexcept;
  ~BoundSockets();  // Closes what was not taken.

  uint16_t port() const { return port_; }
  bool reaches_network() const { return reaches_network_; }  // Not only loopback.
  std::vector<Socket> Take();                                // The caller closes them.

 private:
  friend class SocketBinder;
  std::vector<Socket> sockets_;
  uint16_t port_ = 0;
  bool reaches_network_ = false;
};

// The error is a sentence for the user: a port that is in use, a host that does not exist.
Result<BoundSockets> Bind(const ListenOptions& options);

}  // namespace stepscope
