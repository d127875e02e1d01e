// The one translation unit that includes Beast, which compiles slowly.
#include "server/listener.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
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
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "base/log.h"
#include "base/strings.h"
#include "base/thread_pool.h"
#include "server/answer_on.h"
#include "server/hang_up.h"
#include "server/job_list.h"
#include "server/live.h"
#include "server/request_parser.h"
#include "server/share.h"

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
using LiveStream = websocket::stream<beast::tcp_stream>;

constexpr std::string_view kTooMuchAtOnce = "Unavailable: too many large requests at once";

bool HasPlainFraming(const RequestParser& parser) {
  size_t count = 0;
  for (const auto& [name, value] : parser.request.headers) {
    if (name != "transfer-encoding") continue;
    if (++count > 1 || parser.version < 11 || AsciiLower(value) != "chunked") return false;
  }
  return true;
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  struct Connection {
    beast::tcp_stream stream;
    // Until the whole header of its request is here.
    std::optional<std::list<Connection*>::iterator> idle;
  };
  struct LiveClient {
    LiveStream socket;
    asio::steady_timer wake;
    bool is_closed = false;
  };

  Impl(Site& site_in, const SnapshotCell& snapshots_in, const Stats& stats, ServerLimits limits_in)
      : site(site_in),
        snapshots(snapshots_in),
        limits(limits_in),
        use(site_in.use()),
        messages(stats) {
    use.limits = limits;
  }

  void Start(const std::vector<BoundSockets::Socket>& sockets);
  void Run();
  void BeginStop();
  void OnPublished();  // From any thread.
  void WakeLiveClients();
  void KeepUp();

  asio::awaitable<void> Accept(tcp::acceptor& acceptor);
  asio::awaitable<void> Serve(tcp::socket socket);
  asio::awaitable<bool> ReadFirstByte(Connection& connection, beast::flat_buffer& buffer);
  void LeaveIdle(Connection& connection);
  asio::awaitable<void> ServeRequests(Connection& connection);
  asio::awaitable<bool> ServeOne(Connection& connection, beast::flat_buffer& buffer);
  std::optional<Reply> RefuseHead(const RequestParser& parser, error_code error) const;
  asio::awaitable<std::optional<Reply>> ReadBody(beast::tcp_stream& stream,
                                                 beast::flat_buffer& buffer, RequestParser& parser);
  asio::awaitable<Outgoing> RunHandler(tcp::socket& client, Request request, bool keep_alive);
  asio::awaitable<bool> Write(beast::tcp_stream& stream, const Outgoing& answer, bool is_head);
  asio::awaitable<void> RefuseAndClose(beast::tcp_stream& stream, const Reply& reply);

  asio::awaitable<void> ServeProxied(beast::tcp_stream& client, const Request& request,
                                     std::string_view target, uint16_t port);

  asio::awaitable<void> ServeLive(beast::tcp_stream stream,
                                  http::request<http::empty_body> handshake);
  asio::awaitable<void> ReadLive(std::shared_ptr<LiveClient> client);
  asio::awaitable<void> WriteLive(LiveClient& client);

  Site& site;
  const SnapshotCell& snapshots;
  const ServerLimits limits;
  ServerUse& use;

  // Of the I/O thread from here on.
  std::list<Connection*> idle_connections;  // The longest idle first.
  std::set<LiveClient*> live_clients;
  JobList jobs;
  LiveMessages messages;
  bool is_stopping = false;
  bool is_keeping_up = false;  // A handler thread is at it,
  bool is_behind = false;      // and there was another publication since it began.
  std::atomic<bool> has_wake_posted = false;

  // Coroutines live in the context and look at what is above; sockets must not outlive it.
  asio::io_context io{1};
  std::vector<tcp::acceptor> acceptors;
  asio::steady_timer stop_timer{io};
  std::unique_ptr<ThreadPool> handlers;
  std::unique_ptr<ThreadPool> job_threads;
  std::thread thread;
};

void Server::Impl::Start(const std::vector<BoundSockets::Socket>& sockets) {
  for (const auto& [descriptor, is_ipv6] : sockets) {
    acceptors.emplace_back(io, is_ipv6 ? tcp::v6() : tcp::v4(), descriptor);
  }
  const unsigned int cores = std::thread::hardware_concurrency();
  handlers = std::make_unique<ThreadPool>(std::clamp(cores, 4u, 16u));
  // One core is left for everything that is quick.
  job_threads = std::make_unique<ThreadPool>(std::clamp(cores, 2u, 9u) - 1);
  for (tcp::acceptor& acceptor : acceptors) {
    asio::co_spawn(io, Accept(acceptor), asio::detached);
  }
  thread = std::thread([this] { Run(); });
}

void Server::Impl::Run() {
  while (true) {
    try {
      io.run();
      return;
    } catch (const std::exception& exception) {
      // Out of memory, most likely. It has ended the one connection that it came from.
      LogError("a connection failed reason=\"" + std::string(exception.what()) + '"');
    }
  }
}

// Nothing new from here on; what is being answered has `stop_timeout` to be done.
void Server::Impl::BeginStop() {
  is_stopping = true;
  error_code ignored;
  for (tcp::acceptor& acceptor : acceptors) acceptor.close(ignored);
  for (Connection* const connection : idle_connections) connection->stream.close();
  for (LiveClient* const client : live_clients) client->wake.cancel();
  stop_timer.expires_after(limits.stop_timeout);
  stop_timer.async_wait([this](error_code) {
    jobs.StopAll();
    io.stop();
  });
  if (use.connections == 0) stop_timer.cancel();
}

void Server::Impl::OnPublished() {
  if (has_wake_posted.exchange(true)) return;
  asio::post(io, [self = weak_from_this()] {
    const auto impl = self.lock();
    if (!impl) return;
    impl->has_wake_posted = false;
    impl->WakeLiveClients();
    impl->KeepUp();
  });
}

void Server::Impl::WakeLiveClients() {
  for (LiveClient* const client : live_clients) client->wake.cancel();
}

// Clients hear of new points at once, and of new tags when the index has them.
void Server::Impl::KeepUp() {
  is_behind = is_keeping_up;
  if (is_keeping_up || is_stopping) return;
  is_keeping_up = true;
  handlers->Submit([this] {
    const uint64_t before = site.tags_revision();
    site.KeepUp();
    const bool has_new_tags = site.tags_revision() != before;
    asio::post(io, [this, has_new_tags] {
      is_keeping_up = false;
      if (has_new_tags) WakeLiveClients();
      if (is_behind) KeepUp();
    });
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
    if (use.connections >= limits.max_connections) {
      if (idle_connections.empty()) continue;  // Closes the new one.
      idle_connections.front()->stream.close();
    }
    asio::co_spawn(io, Serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::Impl::Serve(tcp::socket socket) {
  {
    const Share one(use.connections, 1);
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    Connection connection{beast::tcp_stream(std::move(socket)), {}};
    co_await ServeRequests(connection);
  }
  if (is_stopping && use.connections == 0) stop_timer.cancel();
}

// Waits for the next request, which is when a connection may be closed in favour of another.
asio::awaitable<bool> Server::Impl::ReadFirstByte(Connection& connection,
                                                  beast::flat_buffer& buffer) {
  connection.idle = idle_connections.insert(idle_connections.end(), &connection);
  if (buffer.size() > 0) co_return true;  // The client sent it ahead.
  connection.stream.expires_after(limits.idle_timeout);
  constexpr size_t kUsualHeaderBytes = 2048;
  const auto [error, bytes] =
      co_await connection.stream.async_read_some(buffer.prepare(kUsualHeaderBytes), kAwait);
  buffer.commit(bytes);
  co_return !error;
}

void Server::Impl::LeaveIdle(Connection& connection) {
  if (connection.idle) idle_connections.erase(*connection.idle);
  connection.idle.reset();
}

asio::awaitable<void> Server::Impl::ServeRequests(Connection& connection) {
  // Bounds what the parser leaves unread: headers, and the extensions and trailers of chunks.
  beast::flat_buffer buffer(2 * limits.max_header_bytes + limits.max_target_bytes);
  while (!is_stopping) {
    const bool has_request = co_await ReadFirstByte(connection, buffer);
    if (!has_request) break;
    const bool keep_alive = co_await ServeOne(connection, buffer);
    if (!keep_alive) break;
  }
  LeaveIdle(connection);
  error_code ignored;
  connection.stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

// Whether the connection can take another request.
asio::awaitable<bool> Server::Impl::ServeOne(Connection& connection, beast::flat_buffer& buffer) {
  beast::tcp_stream& stream = connection.stream;
  RequestParser parser(limits.max_header_bytes, limits.max_body_bytes);
  stream.expires_after(limits.header_timeout);
  const auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, kAwait);
  LeaveIdle(connection);
  if (const std::optional<Reply> refusal = RefuseHead(parser, error)) {
    co_await RefuseAndClose(stream, *refusal);
    co_return false;
  }
  if (error) co_return false;

  const bool is_head = parser.request.method == Method::kHead;
  const http::request<http::empty_body> handshake = parser.Handshake();
  auto admitted = site.Admit(std::move(parser.request), parser.target);
  const Reply* const early_reply = std::get_if<Reply>(&admitted);
  if (early_reply != nullptr && !parser.is_done()) {
    co_await RefuseAndClose(stream, *early_reply);
    co_return false;
  }
  if (early_reply == nullptr && std::get<Request>(admitted).path == kLivePath &&
      websocket::is_upgrade(handshake)) {
    if (live_clients.size() < limits.max_live_clients) {
      co_await ServeLive(std::move(stream), handshake);
    } else {
      const Reply busy = site.Refuse(503, "Unavailable: too many live connections");
      co_await RefuseAndClose(stream, busy);
    }
    co_return false;
  }

  const bool keep_alive = parser.keep_alive() && !is_stopping;
  Outgoing answer;
  if (early_reply != nullptr) {
    answer = {*early_reply, FormatHead(*early_reply, keep_alive)};
  } else {
    const size_t announced =
        parser.is_done() ? 0 : parser.content_length().value_or(limits.max_body_bytes);
    if (announced > 0 && use.body_bytes + announced > limits.max_all_body_bytes) {
      co_await RefuseAndClose(stream, site.Refuse(503, std::string(kTooMuchAtOnce)));
      co_return false;
    }
    const Share body(use.body_bytes, announced);
    std::optional<Reply> refusal = co_await ReadBody(stream, buffer, parser);
    if (refusal) {
      co_await RefuseAndClose(stream, *refusal);
      co_return false;
    }
    Request& request = std::get<Request>(admitted);
    request.body = std::move(parser.body);
    if (const std::optional<uint16_t> port = site.FindProxyPort(request)) {
      co_await ServeProxied(stream, request, parser.target, *port);
      co_return false;
    }
    answer = co_await RunHandler(stream.socket(), std::move(request), keep_alive);
    // Small answers always go through, so that a page stays alive beside what is slow to leave.
    const size_t body_bytes = answer.reply.body.size();
    if (body_bytes > kSmallReplyBytes &&
        use.reply_bytes + body_bytes > limits.max_all_reply_bytes) {
      answer.reply = site.Refuse(503, std::string(kTooMuchAtOnce));
      answer.head = FormatHead(answer.reply, keep_alive);
    }
  }
  const Share on_its_way(use.reply_bytes, answer.reply.body.size());
  const bool is_written = co_await Write(stream, answer, is_head);
  co_return is_written&& keep_alive;
}

// What to answer to a header that did not come as it should; nothing when it did, or when nobody is
// there to hear it.
std::optional<Reply> Server::Impl::RefuseHead(const RequestParser& parser, error_code error) const {
  if (!error) {
    if (parser.target.size() > limits.max_target_bytes) {
      return site.Refuse(414, "The URL is longer than 64 KiB");
    }
    // Whatever else a body may be wrapped in, where it ends would be a guess.
    if (!HasPlainFraming(parser)) {
      return site.Refuse(501, "Transfer-Encoding may only be chunked");
    }
    return std::nullopt;
  }
  if (error == http::error::header_limit) {
    return parser.target.empty() ? site.Refuse(414, "The URL is longer than 64 KiB")
                                 : site.Refuse(431, "The request's header is larger than 80 KiB");
  }
  if (error == http::error::body_limit) {
    return site.Refuse(413, "The request's body is larger than 8 MiB");
  }
  // A deadline that passes has closed the socket already.
  if (error == beast::error::timeout || error == http::error::end_of_stream ||
      error == http::error::partial_message ||
      error.category() == asio::error::get_system_category()) {
    return std::nullopt;
  }
  return site.Refuse(400, "The request is not HTTP: " + error.message());
}

// Reads the body into the parser, or returns what to refuse it with.
asio::awaitable<std::optional<Reply>> Server::Impl::ReadBody(beast::tcp_stream& stream,
                                                             beast::flat_buffer& buffer,
                                                             RequestParser& parser) {
  if (parser.is_done()) co_return std::nullopt;
  stream.expires_after(limits.body_timeout);
  if (parser.expects_continue) {
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, bytes] = co_await asio::async_write(stream, asio::buffer(kGoOn), kAwait);
    if (error) co_return site.Refuse(400, "The connection broke");
  }
  const auto [error, bytes] = co_await http::async_read(stream, buffer, parser, kAwait);
  if (error == http::error::body_limit) {
    co_return site.Refuse(413, "The request's body is larger than 8 MiB");
  }
  if (error) co_return site.Refuse(400, "The request's body is damaged: " + error.message());
  co_return std::nullopt;
}

// What takes long goes on where it holds up nobody; a client that hangs up meanwhile stops it.
asio::awaitable<Outgoing> Server::Impl::RunHandler(tcp::socket& client, Request request,
                                                   bool keep_alive) {
  HangUp hang_up(client);
  const auto job = std::make_shared<Job>();
  request.stop = hang_up.stop();
  request.job = job;
  const auto asked = std::make_shared<const Request>(std::move(request));
  Outgoing answer = co_await AnswerOn(*handlers, io, site, client, asked, keep_alive);
  if (!job->WaitsForAdmission()) co_return answer;

  if (use.jobs >= limits.max_jobs) {
    answer.reply = site.Refuse(503, std::string(kTooMuchAtOnce));
    answer.head = FormatHead(answer.reply, keep_alive);
    co_return answer;
  }
  const Share one(use.jobs, 1);
  const std::string_view name = asked->Query("job").value_or("");
  const JobList::Entry entry(jobs, {std::string(IsJobName(name) ? name : ""), job, hang_up});
  WakeLiveClients();
  job->Admit();
  co_return co_await AnswerOn(*job_threads, io, site, client, asked, keep_alive);
}

asio::awaitable<bool> Server::Impl::Write(beast::tcp_stream& stream, const Outgoing& answer,
                                          bool is_head) {
  const std::string_view head = answer.head;
  const std::string_view body = is_head ? std::string_view() : answer.reply.Body();
  const size_t sent_of_head = std::min(answer.sent_bytes, head.size());
  std::array<std::string_view, 2> parts = {head.substr(sent_of_head),
                                           body.substr(answer.sent_bytes - sent_of_head)};
  while (!parts[0].empty() || !parts[1].empty()) {
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(parts[0]),
                                                       asio::buffer(parts[1])};
    stream.expires_after(limits.write_timeout);  // Anew for each piece: only progress counts.
    auto [error, bytes] = co_await stream.async_write_some(buffers, kAwait);
    if (error) co_return false;
    for (std::string_view& part : parts) {
      const size_t written = std::min(bytes, part.size());
      part.remove_prefix(written);
      bytes -= written;
    }
  }
  co_return true;
}

// Passes a request on to another server on this machine, and its answer back as it comes. Either
// end closes its connection behind it, so that nobody has to count bytes.
asio::awaitable<void> Server::Impl::ServeProxied(beast::tcp_stream& client, const Request& request,
                                                 std::string_view target, uint16_t port) {
  const Share one(use.proxied_requests, 1);
  if (use.proxied_requests > limits.max_proxied_requests) {
    co_return co_await RefuseAndClose(client, site.Refuse(503, std::string(kTooMuchAtOnce)));
  }
  const Reply nobody =
      site.Refuse(503, "Unavailable: TensorBoard, which has this, does not answer");
  beast::tcp_stream server(io);
  server.expires_after(limits.proxy_timeout);
  const tcp::endpoint address(asio::ip::address_v4::loopback(), port);
  const auto [no_connection] = co_await server.async_connect(address, kAwait);
  if (no_connection) co_return co_await RefuseAndClose(client, nobody);
  const std::string question = FormatProxyRequest(request, target);
  const auto [unsent, sent] = co_await asio::async_write(server, asio::buffer(question), kAwait);
  std::string bytes;
  const auto [no_head, head_bytes] = co_await asio::async_read_until(
      server, asio::dynamic_buffer(bytes, limits.max_header_bytes), "\r\n\r\n", kAwait);
  if (unsent || no_head) co_return co_await RefuseAndClose(client, nobody);
  const Result<std::string> head =
      FormatProxyHead(std::string_view(bytes).substr(0, head_bytes), site.frame_policy());
  if (!head) co_return co_await RefuseAndClose(client, nobody);

  bytes.replace(0, head_bytes, *head);
  constexpr size_t kPieceBytes = 64 << 10;
  while (true) {
    client.expires_after(limits.write_timeout);
    const auto [gone, written] = co_await asio::async_write(client, asio::buffer(bytes), kAwait);
    if (gone) co_return;
    bytes.resize(kPieceBytes);
    server.expires_after(limits.proxy_timeout);
    const auto [end, received] = co_await server.async_read_some(asio::buffer(bytes), kAwait);
    if (end) co_return;
    bytes.resize(received);
  }
}

// A client that is still sending would see a reset instead of the answer if the socket were closed
// at once, so what it sends is read and dropped for a while.
asio::awaitable<void> Server::Impl::RefuseAndClose(beast::tcp_stream& stream, const Reply& reply) {
  const Outgoing answer{reply, FormatHead(reply, /*keep_alive=*/false)};
  const bool is_written = co_await Write(stream, answer, /*is_head=*/false);
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
                                              http::request<http::empty_body> handshake) {
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
  const Share one(use.live_clients, 1);
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

// Sends the difference to what the client knows, and how far jobs are. What happens while a message
// is on its way, or sooner than the interval, is in the next one: a slow client skips, and holds up
// nobody.
asio::awaitable<void> Server::Impl::WriteLive(LiveClient& client) {
  client.socket.text(true);
  std::shared_ptr<const Snapshot> sent;
  uint64_t sent_tags = 0;
  std::string sent_progress;
  auto next_time = steady_clock::now();
  auto next_progress = next_time;
  while (!client.is_closed && !is_stopping) {
    const std::shared_ptr<const Snapshot> now = snapshots.Load();
    const uint64_t tags = site.tags_revision();
    const bool has_news = now != sent || tags != sent_tags;
    const bool is_watched = jobs.IsWatched();
    const auto time = steady_clock::now();
    if (is_watched && time >= next_progress) {
      next_progress = time + limits.progress_interval;
      std::string text = jobs.Message();
      if (text == sent_progress) continue;
      sent_progress = std::move(text);
      const auto [error, bytes] =
          co_await client.socket.async_write(asio::buffer(sent_progress), kAwait);
      if (error) co_return;
      continue;
    }
    if (!has_news || time < next_time) {
      constexpr auto kNever = steady_clock::time_point::max();
      client.wake.expires_at(
          std::min(has_news ? next_time : kNever, is_watched ? next_progress : kNever));
      co_await client.wake.async_wait(kAwait);
      continue;
    }
    const std::shared_ptr<const std::string> text = messages.Between(sent, now, tags);
    const auto [error, bytes] = co_await client.socket.async_write(asio::buffer(*text), kAwait);
    if (error) co_return;
    sent = now;
    sent_tags = tags;
    next_time = steady_clock::now() + limits.live_interval;
  }
}

Server::Server(BoundSockets sockets, Site& site, SnapshotCell& snapshots, const Stats& stats,
               ServerLimits limits)
    : impl_(std::make_shared<Impl>(site, snapshots, stats, limits)) {
  snapshots.AddListener([impl = std::weak_ptr<Impl>(impl_)](const auto&) {
    if (const auto alive = impl.lock()) alive->OnPublished();
  });
  impl_->Start(sockets.Take());
}

Server::~Server() { Stop(); }

void Server::Stop() {
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->io, [impl = impl_.get()] { impl->BeginStop(); });
  impl_->thread.join();
  impl_->handlers.reset();
  impl_->job_threads.reset();
}

}  // namespace stepscope
