#include "server/bind.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace stepscope {
namespace {

constexpr uint16_t kFirstPort = 6006;  // TensorBoard's.
constexpr uint16_t kLastPort = 6105;
constexpr int kAnyPortAttempts = 20;  // For one that is free on both loopback addresses.

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  bool is_ipv6() const { return storage.ss_family == AF_INET6; }
  bool is_loopback() const;
  void SetPort(uint16_t port);
};

bool Address::is_loopback() const {
  if (is_ipv6()) {
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr);
  }
  return (ntohl(reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr.s_addr) >> 24) == 127;
}

void Address::SetPort(uint16_t port) {
  if (is_ipv6()) {
    reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
  }
}

Address Ipv4(in_addr_t address) {
  Address result;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
  v4->sin_family = AF_INET;
  v4->sin_addr.s_addr = htonl(address);
  result.size = sizeof(*v4);
  return result;
}

Address Ipv6(const in6_addr& address) {
  Address result;
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_addr = address;
  result.size = sizeof(*v6);
  return result;
}

// What --host and --bind_all mean.
struct Addresses {
  std::vector<Address> all;
  bool is_dual_stack = false;  // One IPv6 socket that takes IPv4 too.
  bool is_one_enough = false;  // A machine may lack IPv6.
};

Result<Addresses> Resolve(const ListenOptions& options) {
  if (options.bind_all) return Addresses{{Ipv6(in6addr_any)}, true, false};
  if (options.host.empty() || options.host == "localhost") {
    return Addresses{{Ipv4(INADDR_LOOPBACK), Ipv6(in6addr_loopback)}, false, true};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(options.host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, [](addrinfo* list) {
    if (list != nullptr) freeaddrinfo(list);
  });
  if (error != 0) {
    return Error{Code::kNotFound,
                 "--host=" + options.host + " has no address here: " + gai_strerror(error)};
  }
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    Address address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    addresses.all.push_back(address);
  }
  if (addresses.all.empty()) {
    return Error{Code::kNotFound, "--host=" + options.host + " has no address here"};
  }
  addresses.is_one_enough = addresses.all.size() > 1;
  return addresses;
}

Error FromErrno(int error) {
  const Code code = error == EADDRINUSE ? Code::kAlreadyExists : Code::kUnavailable;
  return Error{code, std::generic_category().message(error)};
}

}  // namespace

class SocketBinder {
 public:
  explicit SocketBinder(Addresses addresses) : addresses_(std::move(addresses)) {}

  // All addresses on one port. ALREADY_EXISTS when it is in use on one of them: a browser would
  // find whoever has it there.
  Result<BoundSockets> BindAll(uint16_t port) const {
    BoundSockets sockets;
    sockets.port_ = port;
    Status last;
    for (const Address& address : addresses_.all) {
      Status status = BindOne(address, sockets);
      if (!status && addresses_.is_dual_stack && status.error().code == Code::kUnavailable) {
        status = BindOne(Ipv4(INADDR_ANY), sockets);  // A kernel without IPv6.
      }
      const bool is_vital =
          !addresses_.is_one_enough || (!status && status.error().code == Code::kAlreadyExists);
      if (!status && is_vital) return status.error();
      if (!status) last = std::move(status);
    }
    if (sockets.sockets_.empty()) return last.error();
    return sockets;
  }

 private:
  Status BindOne(Address address, BoundSockets& sockets) const {
    const int family = address.storage.ss_family;
    const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return FromErrno(errno);
    sockets.sockets_.push_back({descriptor, address.is_ipv6()});
    const auto fail = [&](int error) {
      close(descriptor);
      sockets.sockets_.pop_back();
      return Status(FromErrno(error));
    };

    // On Linux it only lets a new server in while connections of the last one linger.
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address.is_ipv6()) {
      const int only = addresses_.is_dual_stack ? 0 : 1;
      setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
    }
    address.SetPort(sockets.port_);
    auto* const raw = reinterpret_cast<sockaddr*>(&address.storage);
    if (bind(descriptor, raw, address.size) != 0) return fail(errno);
    // Only listening makes sure that the port is ours alone.
    if (listen(descriptor, SOMAXCONN) != 0) return fail(errno);
    socklen_t size = sizeof(address.storage);
    if (getsockname(descriptor, raw, &size) != 0) return fail(errno);
    sockets.port_ =
        ntohs(address.is_ipv6() ? reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port
                                : reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
    sockets.reaches_network_ |= !address.is_loopback();
    return Status();
  }

  const Addresses addresses_;
};

BoundSockets::BoundSockets(BoundSockets&& other) noexcept
    : sockets_(std::exchange(other.sockets_, {})),
      port_(other.port_),
      reaches_network_(other.reaches_network_) {}

BoundSockets& BoundSockets::operator=(BoundSockets&& other) noexcept {
  std::swap(sockets_, other.sockets_);
  std::swap(port_, other.port_);
  std::swap(reaches_network_, other.reaches_network_);
  return *this;
}

BoundSockets::~BoundSockets() {
  for (const Socket& socket : sockets_) close(socket.descriptor);
}

std::vector<BoundSockets::Socket> BoundSockets::Take() { return std::exchange(sockets_, {}); }

Result<BoundSockets> Bind(const ListenOptions& options) {
  ASSIGN_OR_RETURN(Addresses addresses, Resolve(options));
  const SocketBinder binder(std::move(addresses));

  std::vector<uint16_t> ports;
  if (!options.port) {
    for (uint16_t port = kFirstPort; port <= kLastPort; ++port) ports.push_back(port);
  } else {
    ports.assign(*options.port == 0 ? kAnyPortAttempts : 1, *options.port);
  }
  for (const uint16_t port : ports) {
    Result<BoundSockets> sockets = binder.BindAll(port);
    if (sockets) return sockets;
    if (sockets.error().code == Code::kAlreadyExists) continue;
    const std::string host = options.bind_all       ? "every address"
                             : options.host.empty() ? "localhost"
                                                    : options.host;
    return Error{sockets.error().code, "cannot listen on " + host + ", port " +
                                           std::to_string(port) + ": " + sockets.error().message};
  }
  if (options.port && *options.port != 0) {
    return Error{Code::kAlreadyExists,
                 "port " + std::to_string(*options.port) +
                     " is in use, perhaps by another Stepscope or TensorBoard; choose another with "
                     "--port, or leave --port out and the next free one is taken"};
  }
  return Error{
      Code::kAlreadyExists,
      "all ports from 6006 to 6105 are in use; choose one with --port, or --port=0 for any"};
}

}  // namespace stepscope
