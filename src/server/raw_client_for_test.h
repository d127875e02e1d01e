// A socket that sends exactly the bytes of a test and waits at most a few seconds for an answer.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace stepscope {

class RawClient {
 public:
  struct Answer {
    int status = 0;  // 0: the connection ended first.
    std::string header;
    std::string body;
  };

  explicit RawClient(uint16_t port, bool use_ipv6 = false) {
    descriptor_ = socket(use_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (use_ipv6) {
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_addr = in6addr_loopback;
      address.sin6_port = htons(port);
      is_connected_ = Connect(address);
    } else {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(port);
      is_connected_ = Connect(address);
    }
  }
  RawClient(RawClient&& other) noexcept
      : descriptor_(other.descriptor_),
        is_connected_(other.is_connected_),
        received_(std::move(other.received_)) {
    other.descriptor_ = -1;
  }
  RawClient(const RawClient&) = delete;
  ~RawClient() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  bool is_connected() const { return is_connected_; }

  // Whether everything could be handed to the system; false when the server closed meanwhile.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // The next answer with a Content-Length. `has_body` is false for HEAD.
  Answer Read(bool has_body = true) {
    Answer answer;
    while (received_.find("\r\n\r\n") == std::string::npos) {
      if (!Receive()) return answer;
    }
    const size_t header_bytes = received_.find("\r\n\r\n") + 4;
    answer.header = received_.substr(0, header_bytes);
    received_.erase(0, header_bytes);
    answer.status = std::atoi(answer.header.c_str() + std::string_view("HTTP/1.1 ").size());
    const size_t at = AsciiLower(answer.header).find("content-length: ");
    const size_t length =
        at == std::string::npos ? 0 : std::strtoul(answer.header.c_str() + at + 16, nullptr, 10);
    while (has_body && received_.size() < length && Receive()) {
    }
    if (has_body) {
      answer.body = received_.substr(0, length);
      received_.erase(0, length);
    }
    return answer;
  }

  Answer Get(std::string_view target, std::string_view more_headers = "") {
    Send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string(more_headers) + "\r\n");
    return Read();
  }

  // Exactly `count` bytes, or fewer when the connection ends.
  std::string ReadBytes(size_t count) {
    while (received_.size() < count && Receive()) {
    }
    std::string bytes = received_.substr(0, count);
    received_.erase(0, bytes.size());
    return bytes;
  }

  // Whether the server ends the connection; what it sends before is dropped.
  bool IsClosedWithin(int timeout_ms) {
    while (Receive(timeout_ms)) {
    }
    return is_closed_;
  }

 private:
  template <typename Address>
  bool Connect(const Address& address) {
    return connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  bool Receive(int timeout_ms = 10'000) {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) <= 0) return false;
    char bytes[16384];
    const ssize_t count = recv(descriptor_, bytes, sizeof(bytes), 0);
    is_closed_ = count <= 0;
    if (count > 0) received_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }

  int descriptor_ = -1;
  bool is_connected_ = false;
  bool is_closed_ = false;
  std::string received_;
};

}  // namespace stepscope
