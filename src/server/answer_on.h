// Answers a request on another thread, for a coroutine on the I/O thread that waits for it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/thread_pool.h"
#include "http/request.h"
#include "server/reply.h"
#include "server/send_at_once.h"
#include "server/site.h"

namespace stepscope {

// An answer below this is sent however much is on its way.
constexpr size_t kSmallReplyBytes = 1 << 20;

// An answer on its way.
struct Outgoing {
  Reply reply;
  std::string head;
  size_t sent_bytes = 0;  // Of head and body together.
};

// A small answer leaves from the thread it is made on: the client has it one switch of threads
// earlier, which is a third of its time. Nobody closes the socket or writes to it until then. One
// that waits for admission is none.
inline boost::asio::awaitable<Outgoing> AnswerOn(ThreadPool& threads, boost::asio::io_context& io,
                                                 const Site& site,
                                                 boost::asio::ip::tcp::socket& client,
                                                 std::shared_ptr<const Request> request,
                                                 bool keep_alive) {
  namespace asio = boost::asio;
  auto initiate = [&threads, &io, &site, keep_alive, descriptor = client.native_handle()](
                      auto handler, std::shared_ptr<const Request> asked) {
    struct Task {
      decltype(handler) done;
      std::shared_ptr<const Request> request;
      Outgoing answer;
    };
    auto task = std::make_shared<Task>(Task{std::move(handler), std::move(asked), {}});
    threads.Submit([&io, &site, keep_alive, descriptor, task = std::move(task)]() mutable {
      auto& [reply, head, sent_bytes] = task->answer;
      const Request& asked_for = *task->request;
      reply = site.Answer(asked_for);
      head = FormatHead(reply, keep_alive);
      const bool is_head = asked_for.method == Method::kHead;
      const std::string_view body = is_head ? std::string_view() : reply.Body();
      if (body.size() <= kSmallReplyBytes && !asked_for.job->WaitsForAdmission()) {
        sent_bytes = SendAtOnce(descriptor, head, body);
      }
      // Moved, so that this thread never destroys a coroutine.
      asio::post(io, [task = std::move(task)] { std::move(task->done)(std::move(task->answer)); });
    });
  };
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Outgoing)>(
      std::move(initiate), asio::use_awaitable, std::move(request));
}

}  // namespace stepscope
