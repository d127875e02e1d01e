// Sends as much as a socket takes without waiting.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace stepscope {

// How many bytes of head and body together are on their way; 0 also where the connection broke,
// which whoever sends the rest will be told. From any thread.
inline size_t SendAtOnce(int socket, std::string_view head, std::string_view body) {
  const auto part = [](std::string_view bytes) {
    return iovec{const_cast<char*>(bytes.data()), bytes.size()};
  };
  std::array<iovec, 2> parts = {part(head), part(body)};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? 0 : static_cast<size_t>(sent);
}

}  // namespace stepscope
