// The one file that includes Beast, which compiles slowly.
#include "server/listener.h"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <list>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "base/log.h"
#include "base/strings.h"
#include "base/thread_pool.h"
#include "server/live.h"

namespace stepscope {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using Parser = http::request_parser<http::string_body>;
using LiveStream = websocket::stream<beast::tcp_stream>;

Method ToMethod(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

Request HeadOf(const http::request<http::string_body>& message) {
  Request request;
  request.method = ToMethod(message.method());
  for (const auto& field : message) {
    request.headers.emplace_back(
        AsciiLower({field.name_string().data(), field.name_string().size()}), field.value());
  }
  return request;
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  struct Connection {
    beast::tcp_stream stream;
    std::optional<std::list<Connection*>::iterator> idle;  // While it waits for a request.
  };
  struct LiveClient {
    LiveStream socket;
    asio::steady_timer wake;
    bool is_closed = false;
  };

  Impl(Site& site_in, const SnapshotCell& snapshots_in, const Stats& stats, ServerLimits limits_in)
      : site(site_in), snapshots(snapshots_in), limits(limits_in), messages(stats) {}

  void Start(const std::vector<BoundSockets::Socket>& sockets);
  void BeginStop();
  void WakeLiveClients();  // From any thread.

  asio::awaitable<void> Accept(tcp::acceptor& acceptor);
  asio::awaitable<void> Serve(tcp::socket socket);
  asio::awaitable<bool> ReadFirstByte(Connection& connection, beast::flat_buffer& buffer);
  asio::awaitable<void> ServeRequests(Connection& connection);
  asio::awaitable<bool> ServeOne(Connection& connection, beast::flat_buffer& buffer);
  std::optional<Reply> RefuseHead(const Parser& parser, error_code error) const;
  asio::awaitable<std::optional<Reply>> ReadBody(Connection& connection, beast::flat_buffer& buffer,
                                                 Parser& parser, Request& request);
  asio::awaitable<Reply> RunHandler(Request request);
  asio::awaitable<bool> Write(beast::tcp_stream& stream, const Reply& reply, unsigned version,
                              bool keep_alive, bool is_head);
  asio::awaitable<void> RefuseAndClose(beast::tcp_stream& stream, const Reply& reply);

  asio::awaitable<void> ServeLive(beast::tcp_stream stream,
                                  http::request<http::string_body> handshake);
  asio::awaitable<void> ReadLive(std::shared_ptr<LiveClient> client);
  asio::awaitable<void> WriteLive(LiveClient& client);

  Site& site;
  const SnapshotCell& snapshots;
  const ServerLimits limits;

  // Of the I/O thread from here on.
  size_t connection_count = 0;
  std::list<Connection*> idle_connections;  // The longest idle first.
  std::set<LiveClient*> live_clients;
  LiveMessages messages;
  bool is_stopping = false;
  std::atomic<bool> has_wake_posted = false;

  // Coroutines live in the context and look at what is above; sockets must not outlive it.
  asio::io_context io{1};
  std::vector<tcp::acceptor> acceptors;
  asio::steady_timer stop_timer{io};
  std::unique_ptr<ThreadPool> handlers;
  std::thread thread;
};

void Server::Impl::Start(const std::vector<BoundSockets::Socket>& sockets) {
  for (const auto& [descriptor, is_ipv6] : sockets) {
    acceptors.emplace_back(io, is_ipv6 ? tcp::v6() : tcp::v4(), descriptor);
  }
  handlers = std::make_unique<ThreadPool>(std::clamp(std::thread::hardware_concurrency(), 4u, 16u));
  for (tcp::acceptor& acceptor : acceptors) {
    asio::co_spawn(io, Accept(acceptor), asio::detached);
  }
  thread = std::thread([this] { io.run(); });
}

// Nothing new from here on; what is being answered has `stop_timeout` to be done.
void Server::Impl::BeginStop() {
  is_stopping = true;
  error_code ignored;
  for (tcp::acceptor& acceptor : acceptors) acceptor.close(ignored);
  for (Connection* const connection : idle_connections) connection->stream.close();
  for (LiveClient* const client : live_clients) client->wake.cancel();
  stop_timer.expires_after(limits.stop_timeout);
  stop_timer.async_wait([this](error_code) { io.stop(); });
  if (connection_count == 0) stop_timer.cancel();
}

void Server::Impl::WakeLiveClients() {
  if (has_wake_posted.exchange(true)) return;
  asio::post(io, [self = weak_from_this()] {
    const auto impl = self.lock();
    if (!impl) return;
    impl->has_wake_posted = false;
    for (LiveClient* const client : impl->live_clients) client->wake.cancel();
  });
}

asio::awaitable<void> Server::Impl::Accept(tcp::acceptor& acceptor) {
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (is_stopping) co_return;
    if (error) {
      // Out of file descriptors, most likely: trying again at once would only burn the processor.
      asio::steady_timer pause(io, std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
      continue;
    }
    if (connection_count >= limits.max_connections) {
      if (idle_connections.empty()) continue;  // Closes the new one.
      idle_connections.front()->stream.close();
    }
    asio::co_spawn(io, Serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::Impl::Serve(tcp::socket socket) {
  ++connection_count;
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  {
    Connection connection{beast::tcp_stream(std::move(socket)), {}};
    co_await ServeRequests(connection);
  }
  --connection_count;
  if (is_stopping && connection_count == 0) stop_timer.cancel();
}

// Waits for the next request, which is when a connection may be closed in favour of another.
asio::awaitable<bool> Server::Impl::ReadFirstByte(Connection& connection,
                                                  beast::flat_buffer& buffer) {
  if (buffer.size() > 0) co_return true;  // The client sent it ahead.
  connection.idle = idle_connections.insert(idle_connections.end(), &connection);
  connection.stream.expires_after(limits.idle_timeout);
  constexpr size_t kUsualHeaderBytes = 2048;
  const auto [error, bytes] =
      co_await connection.stream.async_read_some(buffer.prepare(kUsualHeaderBytes), kAwait);
  idle_connections.erase(*connection.idle);
  connection.idle.reset();
  buffer.commit(bytes);
  co_return !error;
}

asio::awaitable<void> Server::Impl::ServeRequests(Connection& connection) {
  beast::flat_buffer buffer;
  while (!is_stopping) {
    const bool has_request = co_await ReadFirstByte(connection, buffer);
    if (!has_request) break;
    const bool keep_alive = co_await ServeOne(connection, buffer);
    if (!keep_alive) break;
  }
  error_code ignored;
  connection.stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

// Whether the connection can take another request.
asio::awaitable<bool> Server::Impl::ServeOne(Connection& connection, beast::flat_buffer& buffer) {
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(limits.max_header_bytes));
  parser.body_limit(limits.max_body_bytes);
  connection.stream.expires_after(limits.header_timeout);
  const auto [error, bytes] =
      co_await http::async_read_header(connection.stream, buffer, parser, kAwait);
  const std::optional<Reply> refusal = RefuseHead(parser, error);
  if (refusal) {
    co_await RefuseAndClose(connection.stream, *refusal);
    co_return false;
  }
  if (error) co_return false;

  const std::string target(parser.get().target());
  auto admitted = site.Admit(HeadOf(parser.get()), target);
  const unsigned version = parser.get().version();
  const bool is_head = parser.get().method() == http::verb::head;
  if (const Reply* const reply = std::get_if<Reply>(&admitted)) {
    if (!parser.is_done()) {
      co_await RefuseAndClose(connection.stream, *reply);
      co_return false;
    }
    const bool keep_alive = parser.keep_alive() && !is_stopping;
    const bool is_written = co_await Write(connection.stream, *reply, version, keep_alive, is_head);
    co_return is_written&& keep_alive;
  }

  Request& request = std::get<Request>(admitted);
  if (request.path == kLivePath && websocket::is_upgrade(parser.get())) {
    if (live_clients.size() >= limits.max_live_clients) {
      const Reply busy = site.Refuse(503, "Unavailable: too many live connections");
      co_await RefuseAndClose(connection.stream, busy);
    } else {
      co_await ServeLive(std::move(connection.stream), parser.release());
    }
    co_return false;
  }

  const std::optional<Reply> body_refusal = co_await ReadBody(connection, buffer, parser, request);
  if (body_refusal) {
    co_await RefuseAndClose(connection.stream, *body_refusal);
    co_return false;
  }
  const Reply reply = co_await RunHandler(std::move(request));
  const bool keep_alive = parser.keep_alive() && !is_stopping;
  const bool is_written = co_await Write(connection.stream, reply, version, keep_alive, is_head);
  co_return is_written&& keep_alive;
}

// What to answer to a header that did not come as it should; nothing when it did, or when nobody is
// there to hear it.
std::optional<Reply> Server::Impl::RefuseHead(const Parser& parser, error_code error) const {
  const bool has_target = !parser.get().target().empty();
  if (error == http::error::header_limit) {
    return has_target ? site.Refuse(431, "The request's header is larger than 80 KiB")
                      : site.Refuse(414, "The URL is longer than 64 KiB");
  }
  if (error == http::error::body_limit) {
    return site.Refuse(413, "The request's body is larger than 8 MiB");
  }
  if (error == beast::error::timeout) return site.Refuse(408, "The request took too long");
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() == asio::error::get_system_category()) {
    return std::nullopt;
  }
  if (error) return site.Refuse(400, "The request is not HTTP: " + error.message());
  if (parser.get().target().size() > limits.max_target_bytes) {
    return site.Refuse(414, "The URL is longer than 64 KiB");
  }
  return std::nullopt;
}

// Moves the body into `request`, or returns what to refuse it with.
asio::awaitable<std::optional<Reply>> Server::Impl::ReadBody(Connection& connection,
                                                             beast::flat_buffer& buffer,
                                                             Parser& parser, Request& request) {
  connection.stream.expires_after(limits.body_timeout);
  if (!parser.is_done() && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    const auto [error, bytes] = co_await http::async_write(connection.stream, go_on, kAwait);
    if (error) co_return site.Refuse(400, "The connection broke");
  }
  if (!parser.is_done()) {
    const auto [error, bytes] =
        co_await http::async_read(connection.stream, buffer, parser, kAwait);
    if (error == http::error::body_limit) {
      co_return site.Refuse(413, "The request's body is larger than 8 MiB");
    }
    if (error == beast::error::timeout) co_return site.Refuse(408, "The request took too long");
    if (error) co_return site.Refuse(400, "The request's body is damaged: " + error.message());
  }
  request.body = std::move(parser.get().body());
  co_return std::nullopt;
}

// Answers on a handler thread and comes back to this one.
asio::awaitable<Reply> Server::Impl::RunHandler(Request request) {
  auto initiate = [this](auto handler, Request asked) {
    struct Task {
      decltype(handler) done;
      Request request;
      Reply reply;
    };
    auto task = std::make_shared<Task>(Task{std::move(handler), std::move(asked), {}});
    handlers->Submit([this, task = std::move(task)]() mutable {
      task->reply = site.Answer(task->request);
      // Moved, so that this thread never destroys a coroutine.
      asio::post(io, [task = std::move(task)] { std::move(task->done)(std::move(task->reply)); });
    });
  };
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Reply)>(
      std::move(initiate), asio::use_awaitable, std::move(request));
}

asio::awaitable<bool> Server::Impl::Write(beast::tcp_stream& stream, const Reply& reply,
                                          unsigned version, bool keep_alive, bool is_head) {
  using Body = http::span_body<const char>;
  const std::string_view body = reply.Body();
  http::response<Body> message;
  message.result(static_cast<unsigned>(reply.status));
  message.version(version);
  message.set(http::field::date, HttpDate());
  for (const auto& [name, value] : reply.headers) message.insert(name, value);
  message.content_length(body.size());
  message.keep_alive(keep_alive);
  if (!is_head) message.body() = {body.data(), body.size()};

  http::response_serializer<Body> serializer(message);
  serializer.split(is_head);
  while (is_head ? !serializer.is_header_done() : !serializer.is_done()) {
    stream.expires_after(limits.write_timeout);  // Anew for each piece: only progress counts.
    const auto [error, bytes] = co_await http::async_write_some(stream, serializer, kAwait);
    if (error) co_return false;
  }
  co_return true;
}

// A client that is still sending would see a reset instead of the answer if the socket were closed
// at once, so what it sends is read and dropped for a while.
asio::awaitable<void> Server::Impl::RefuseAndClose(beast::tcp_stream& stream, const Reply& reply) {
  const bool is_written = co_await Write(stream, reply, 11, false, false);
  if (!is_written) co_return;
  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream.expires_after(limits.linger_timeout);
  std::vector<char> dropped(16 << 10);
  for (size_t total = 0; total < 4 * limits.max_body_bytes;) {
    const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(dropped), kAwait);
    if (error) co_return;
    total += bytes;
  }
}

asio::awaitable<void> Server::Impl::ServeLive(beast::tcp_stream stream,
                                              http::request<http::string_body> handshake) {
  stream.expires_never();  // The WebSocket has its own deadlines.
  const auto client = std::make_shared<LiveClient>(
      LiveClient{LiveStream(std::move(stream)), asio::steady_timer(io), false});
  LiveStream& socket = client->socket;
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = limits.header_timeout;
  timeouts.idle_timeout = limits.live_timeout;
  timeouts.keep_alive_pings = true;
  socket.set_option(timeouts);
  constexpr size_t kMaxClientMessageBytes = 4096;  // Clients have nothing to say.
  socket.read_message_max(kMaxClientMessageBytes);
  const auto [error] = co_await socket.async_accept(handshake, kAwait);
  if (error) co_return;

  live_clients.insert(client.get());
  asio::co_spawn(io, ReadLive(client), asio::detached);
  co_await WriteLive(*client);
  live_clients.erase(client.get());
  if (!client->is_closed) {
    co_await socket.async_close(websocket::close_code::going_away, kAwait);
  }
  beast::get_lowest_layer(socket).close();
}

// Reading is what answers pings and notices the end.
asio::awaitable<void> Server::Impl::ReadLive(std::shared_ptr<LiveClient> client) {
  beast::flat_buffer ignored;
  while (true) {
    const auto [error, bytes] = co_await client->socket.async_read(ignored, kAwait);
    if (error) break;
    ignored.clear();
  }
  client->is_closed = true;
  client->wake.cancel();
}

// Sends the difference to what the client knows. What happens while a message is on its way, or
// sooner than the interval, is in the next one: a slow client skips, and holds up nobody.
asio::awaitable<void> Server::Impl::WriteLive(LiveClient& client) {
  client.socket.text(true);
  std::shared_ptr<const Snapshot> sent;
  auto next_time = steady_clock::now();
  while (!client.is_closed && !is_stopping) {
    const std::shared_ptr<const Snapshot> now = snapshots.Load();
    const bool has_news = !sent || now != sent;
    if (!has_news || steady_clock::now() < next_time) {
      client.wake.expires_at(has_news ? next_time : steady_clock::time_point::max());
      co_await client.wake.async_wait(kAwait);
      continue;
    }
    const std::shared_ptr<const std::string> text = messages.Between(sent, now);
    const auto [error, bytes] = co_await client.socket.async_write(asio::buffer(*text), kAwait);
    if (error) co_return;
    sent = now;
    next_time = steady_clock::now() + limits.live_interval;
  }
}

Server::Server(BoundSockets sockets, Site& site, SnapshotCell& snapshots, const Stats& stats,
               ServerLimits limits)
    : impl_(std::make_shared<Impl>(site, snapshots, stats, limits)) {
  snapshots.AddListener([impl = std::weak_ptr<Impl>(impl_)](const auto&) {
    if (const auto alive = impl.lock()) alive->WakeLiveClients();
  });
  impl_->Start(sockets.Take());
}

Server::~Server() { Stop(); }

void Server::Stop() {
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->io, [impl = impl_.get()] { impl->BeginStop(); });
  impl_->thread.join();
  impl_->handlers.reset();
}

}  // namespace stepscope
