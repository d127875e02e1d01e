// Who may ask: the right host name, no foreign page, and where the network can reach us, a token.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/request.h"

namespace stepscope {

struct HostPort {
  std::string host;  // Lower case, without brackets and without a trailing '.'.
  std::string port;  // Empty when there is none.
};
// "Example.com:80", "[::1]:6006". Nothing when it is not a host.
std::optional<HostPort> ParseHostPort(std::string_view text);

bool IsIpAddress(std::string_view host);
bool IsLoopback(std::string_view host);  // "localhost", "x.localhost", 127.0.0.0/8, ::1.

// Against pages of other sites: a name that was rebound to this machine shows in Host, a request
// that a foreign page makes shows in Origin. Immutable, any thread.
class OriginCheck {
 public:
  struct Options {
    std::vector<std::string> hosts;  // Own and --allowed_hosts: "name" or "name:port".
    // For sockets that the network reaches: a rebinding attack needs a name, so addresses are safe.
    bool allow_addresses = false;
  };
  explicit OriginCheck(const Options& options);

  // INVALID_ARGUMENT without exactly one Host, PERMISSION_DENIED with a sentence that names
  // --allowed_hosts for a foreign Host or Origin.
  Status Check(const Request& request) const;

 private:
  bool IsOurs(const HostPort& host) const;

  std::vector<HostPort> hosts_;
  bool allow_addresses_;
};

// The token of a server that the network can reach. A link that works once signs a browser in; its
// cookie, or the same secret as "Authorization: Bearer", admits from then on. Thread-safe.
class TokenGate {
 public:
  // `cookie_name` differs between servers on one host, for cookies do not know ports.
  explicit TokenGate(std::string cookie_name);

  bool Admits(const Request& request) const;
  // Whether `code` is the one of the current link; if so, it is spent and a new one is made.
  bool Spend(std::string_view code);

  std::string code() const;                              // Of the current link.
  const std::string& secret() const { return secret_; }  // For programs.
  // The Set-Cookie value; `path` is where the site begins, "/" or "/prefix/".
  std::string Cookie(std::string_view path) const;

 private:
  const std::string cookie_name_;
  const std::string secret_;
  mutable std::mutex mutex_;
  std::string code_;
};

}  // namespace stepscope
