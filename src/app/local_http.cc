#include "app/local_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace stepscope {
namespace {

constexpr size_t kMaxAnswerBytes = 4 << 20;

Error Unavailable(std::string_view what) {
  return {Code::kUnavailable, "no answer from TensorBoard: " + std::string(what)};
}

class Socket {
 public:
  Socket() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace

Result<std::string> GetFromLocalhost(uint16_t port, std::string_view target,
                                     std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const Socket connection;
  const auto count = static_cast<time_t>(timeout.count());
  const timeval wait = {.tv_sec = count / 1000,
                        .tv_usec = static_cast<suseconds_t>(count % 1000 * 1000)};
  setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return Unavailable("the connection is refused");
  }
  // HTTP/1.0: the answer comes whole, and ends with the connection.
  const std::string request = "GET " + std::string(target) + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  if (send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return Unavailable("the connection broke");
  }
  std::string answer;
  char bytes[16 << 10];
  while (true) {
    const ssize_t received = recv(connection.get(), bytes, sizeof(bytes), 0);
    if (received == 0) break;
    if (received < 0 || std::chrono::steady_clock::now() > deadline) {
      return Unavailable("it takes too long");
    }
    answer.append(bytes, static_cast<size_t>(received));
    if (answer.size() > kMaxAnswerBytes) return Unavailable("it is too large");
  }
  const size_t head_end = answer.find("\r\n\r\n");
  if (head_end == std::string::npos || !answer.starts_with("HTTP/1.") ||
      answer.substr(8, 5) != " 200 ") {
    return Unavailable(answer.substr(0, answer.find('\r')));
  }
  return answer.substr(head_end + 4);
}

}  // namespace stepscope
