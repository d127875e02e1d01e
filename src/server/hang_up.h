// Notices when a client closes its side while it waits for an answer.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <stop_token>

#include <boost/asio/ip/tcp.hpp>

namespace stepscope {

// What the client sends ahead stays unread, and ends the watch. Belongs to the I/O thread, like the
// socket, for which nothing else may wait meanwhile.
class HangUp {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  explicit HangUp(Socket& client) : client_(client) {
    client_.async_wait(
        Socket::wait_read, [watch = watch_, &client](boost::system::error_code error) {
          if (error || watch->is_over) return;
          std::byte next;
          const ssize_t got = recv(client.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
          if (got == 0 || (got < 0 && errno != EAGAIN)) watch->stop.request_stop();
        });
  }
  HangUp(const HangUp&) = delete;
  HangUp& operator=(const HangUp&) = delete;
  ~HangUp() {
    watch_->is_over = true;
    boost::system::error_code ignored;
    client_.cancel(ignored);
  }
  void Stop() { watch_->stop.request_stop(); }  // As if the client had.
  std::stop_token stop() const { return watch_->stop.get_token(); }

 private:
  struct Watch {
    std::stop_source stop;
    bool is_over = false;
  };
  Socket& client_;
  const std::shared_ptr<Watch> watch_ = std::make_shared<Watch>();
};

}  // namespace stepscope
