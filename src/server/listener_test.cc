#include "server/listener.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/raw_client_for_test.h"
#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Json = nlohmann::json;

Result<Response> Echo(const Request& request, const Context&) {
  return Response::Text(200, "echo " + request.body);
}

Result<Response> Large(const Request&, const Context&) {
  Response response = Response::Text(200, std::string(20 << 20, 'x'));
  response.may_compress = false;
  return response;
}

// As much as is sent from the thread that made it, and more than a socket takes at once.
Result<Response> Middling(const Request&, const Context&) {
  Response response = Response::Text(200, std::string(1 << 20, 'x'));
  for (size_t i = 0; i < response.body.size(); ++i) {
    response.body[i] = static_cast<char>('a' + i % 23);
  }
  response.may_compress = false;
  return response;
}

Result<Response> Slow(const Request&, const Context&) {
  std::this_thread::sleep_for(milliseconds(200));
  return Response::Text(200, "slow");
}

// Works until nobody waits any more, for at most half a minute.
std::atomic<int> stopped_early = 0;
Result<Response> Endless(const Request& request, const Context&) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  while (request.CheckWanted()) {
    if (steady_clock::now() > deadline) return Response::Text(200, "done");
    std::this_thread::sleep_for(milliseconds(1));
  }
  ++stopped_early;
  return request.CheckWanted().error();
}

// Takes its time, which it announces, a hundredth after another.
std::atomic<int> long_begun = 0;
Result<Response> Long(const Request& request, const Context&) {
  RETURN_IF_ERROR(request.Announce(std::chrono::seconds(30), 1000));
  ++long_begun;
  for (int i = 0; i < 1000; ++i) {
    RETURN_IF_ERROR(request.CheckWanted());
    std::this_thread::sleep_for(milliseconds(30));
    request.job->Add(1);
  }
  return Response::Text(200, "done");
}

constexpr Route kRoutes[] = {{"/echo", Echo}, {"/large", Large},     {"/middling", Middling},
                             {"/slow", Slow}, {"/endless", Endless}, {"/long", Long}};
const Plugin kFake = {.name = "fake", .routes = kRoutes};
const Plugin* const kPlugins[] = {&kFake};

class ListenerTest : public ::testing::Test {
 protected:
  void Start(ServerLimits limits = {}, std::unique_ptr<TokenGate> gate = nullptr) {
    site_ = std::make_unique<Site>(SiteOptions{.plugins = kPlugins}, snapshots_, RealFileSystem(),
                                   stats_, SystemClock(), std::move(gate), [] {});
    Result<BoundSockets> sockets = Bind({.port = 0});
    ASSERT_TRUE(sockets) << sockets.error().message;
    port_ = sockets->port();
    server_ = std::make_unique<Server>(*std::move(sockets), *site_, snapshots_, stats_, limits);
  }
  RawClient Connect() { return RawClient(port_); }

  SnapshotCell snapshots_;
  Stats stats_;
  std::unique_ptr<Site> site_;
  uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(ListenerTest, WorkEndsWhenItsClientHangsUp) {
  Start();
  for (int i = 1; i <= 20; ++i) {
    {
      RawClient client = Connect();
      client.Send("GET /api/fake/endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
      std::this_thread::sleep_for(milliseconds(5));
    }
    const auto deadline = steady_clock::now() + std::chrono::seconds(10);
    while (stopped_early < i && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    ASSERT_EQ(stopped_early, i);
  }
  // A client that sends the next question ahead still waits for both answers.
  RawClient client = Connect();
  client.Send("GET /api/fake/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(50));
  client.Send("GET /api/fake/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Read().body, "slow");
  EXPECT_EQ(client.Read().body, "slow");
}

TEST_F(ListenerTest, KeepsConnectionsAlive) {
  Start();
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.Get("/data/runs");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "[]");
    EXPECT_THAT(answer.header, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer.header, HasSubstr("\r\nDate: "));
  }
  // Two at once, and a client that wants no more.
  client.Send(
      "GET /data/runs HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /data/experiments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.IsClosedWithin(5000));
}

TEST_F(ListenerTest, AnswersOverIpv6Too) {
  Start();
  RawClient client(port_, /*use_ipv6=*/true);
  if (!client.is_connected()) GTEST_SKIP() << "this machine has no IPv6 loopback";
  EXPECT_EQ(client.Get("/data/runs").status, 200);
}

TEST_F(ListenerTest, HeadHasTheHeaderOnly) {
  Start();
  RawClient client = Connect();
  client.Send("HEAD /data/runs HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.Read(/*has_body=*/false);
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.header, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_EQ(client.Get("/data/runs").body, "[]");  // Nothing of a body stood in between.
}

TEST_F(ListenerTest, TakesBodiesInAllForms) {
  Start();
  RawClient client = Connect();
  client.Send(
      "POST /api/fake/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
      "POST /api/fake/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nde\r\n1\r\nf\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().body, "echo abc");
  EXPECT_EQ(client.Read().body, "echo def");
  client.Send(
      "POST /api/fake/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("gh");
  EXPECT_EQ(client.Read().body, "echo gh");
}

TEST_F(ListenerTest, CompressesWhenAsked) {
  Start();
  std::vector<std::shared_ptr<const RunSnapshot>> runs;
  for (int i = 0; i < 500; ++i) runs.push_back(MakeRun("run" + std::to_string(i), {}));
  snapshots_.Publish(MakeSnapshot(1, runs));
  RawClient client = Connect();
  const auto plain = client.Get("/data/runs");
  const auto packed = client.Get("/data/runs", "Accept-Encoding: gzip\r\n");
  EXPECT_THAT(packed.header, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
}

TEST_F(ListenerTest, SendsLargeAnswersWhole) {
  Start();
  EXPECT_EQ(Connect().Get("/api/fake/large").body.size(), size_t{20 << 20});
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /api/fake/middling HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::this_thread::sleep_for(milliseconds(20));  // Until the socket is full.
    const std::string body = client.Read().body;
    ASSERT_EQ(body.size(), size_t{1 << 20});
    for (size_t at = 0; at < body.size(); ++at) ASSERT_EQ(body[at], 'a' + at % 23) << at;
  }
}

TEST_F(ListenerTest, SlowQueriesHoldUpNobody) {
  Start();
  RawClient slow = Connect();
  slow.Send("GET /api/fake/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto start = steady_clock::now();
  EXPECT_EQ(Connect().Get("/data/runs").status, 200);
  EXPECT_LT(steady_clock::now() - start, milliseconds(150));
  EXPECT_EQ(slow.Read().body, "slow");
}

constexpr std::string_view kLongQuestion =
    "GET /api/fake/long?job=a-1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

bool ComesTo(const std::atomic<size_t>& count, size_t wanted) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (count != wanted && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  return count == wanted;
}

TEST_F(ListenerTest, WorkThatTakesLongHoldsUpNobodyAndIsBounded) {
  ServerLimits limits;
  limits.max_jobs = 20;  // More than there are threads of either sort.
  Start(limits);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (size_t i = 0; i < limits.max_jobs; ++i) {
    clients.push_back(std::make_unique<RawClient>(port_));
    clients.back()->Send(kLongQuestion);
  }
  ASSERT_TRUE(ComesTo(site_->use().jobs, limits.max_jobs));
  const auto start = steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Connect().Get("/data/runs").status, 200);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(Connect().Get("/api/fake/long").status, 503);
  // Those that still wait for a thread are dropped as well as those that run.
  clients.clear();
  EXPECT_TRUE(ComesTo(site_->use().jobs, 0));
}

TEST_F(ListenerTest, EndsWorkThatTakesLongWhenItStops) {
  Start();
  RawClient client = Connect();
  const int begun = long_begun;
  client.Send(kLongQuestion);
  while (long_begun == begun) std::this_thread::sleep_for(milliseconds(1));
  const auto start = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(ListenerTest, BoundsWhatARequestMayBe) {
  Start();
  const std::string host = " HTTP/1.1\r\nHost: localhost\r\n";
  const auto status = [&](const std::string& request) {
    RawClient client = Connect();
    client.Send(request);
    const int code = client.Read().status;
    // What broke a limit cannot be followed by another request.
    EXPECT_TRUE(code < 413 || client.IsClosedWithin(5000));
    return code;
  };
  const auto target_of = [](size_t bytes) {
    return "/data/runs?x=" + std::string(bytes - std::string_view("/data/runs?x=").size(), 'a');
  };
  EXPECT_EQ(status("GET " + target_of(64 << 10) + host + "\r\n"), 200);
  EXPECT_EQ(status("GET " + target_of((64 << 10) + 1) + host + "\r\n"), 414);
  EXPECT_EQ(status("GET " + target_of(200 << 10) + host + "\r\n"), 414);
  EXPECT_EQ(status("GET /data/runs" + host + "X: " + std::string(70 << 10, 'a') + "\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /data/runs" + host + "X: " + std::string(90 << 10, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET /experiment/" + std::string(60 << 10, '"') + host + "\r\n"), 404);
  EXPECT_EQ(status("GET /experiment/x?y=" + std::string(60 << 10, '"') + host + "\r\n"), 301);
  const std::string post = "POST /api/fake/echo" + host;
  EXPECT_EQ(status(post + "Content-Length: 8388608\r\n\r\n" + std::string(8 << 20, 'a')), 200);
  EXPECT_EQ(status(post + "Content-Length: 8388609\r\n\r\n"), 413);
  EXPECT_EQ(status(post + "Content-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(
      status(post + "Transfer-Encoding: chunked\r\n\r\n900000\r\n" + std::string(9 << 20, 'a')),
      413);
  EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /../x" + host + "\r\n"), 400);
  EXPECT_EQ(status("GET /%2e%2e/x" + host + "\r\n"), 400);
  EXPECT_EQ(status("CONNECT localhost:22" + host + "\r\n"), 400);
}

TEST_F(ListenerTest, BoundsWhatAllRequestsHold) {
  ServerLimits limits;
  limits.max_all_body_bytes = 2000;
  limits.linger_timeout = milliseconds(50);
  Start(limits);
  const std::string announce =
      "POST /api/fake/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1500\r\n\r\n";
  RawClient first = Connect();
  first.Send(announce + "a");
  EXPECT_EQ(Connect().Get("/data/runs").status, 200);  // By now the server has read it.
  RawClient second = Connect();
  second.Send(announce);
  EXPECT_EQ(second.Read().status, 503);
  first.Send(std::string(1499, 'a'));
  EXPECT_EQ(first.Read().status, 200);
  first.Send(announce + std::string(1500, 'a'));
  EXPECT_EQ(first.Read().status, 200);
}

// A body that nobody will read is refused by its header alone.
TEST_F(ListenerTest, RefusesBeforeTheBody) {
  Start();
  RawClient client = Connect();
  client.Send(
      "POST /api/fake/echo HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 8000000\r\n\r\n");
  EXPECT_EQ(client.Read().status, 403);
}

TEST_F(ListenerTest, EndsConnectionsThatDawdle) {
  ServerLimits limits;
  limits.idle_timeout = milliseconds(150);
  limits.header_timeout = milliseconds(150);
  limits.body_timeout = milliseconds(150);
  limits.linger_timeout = milliseconds(50);
  Start(limits);
  RawClient silent = Connect();
  RawClient header = Connect();
  RawClient body = Connect();
  body.Send("POST /api/fake/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na");
  // A byte now and then does not buy time.
  for (int i = 0; i < 4; ++i) {
    header.Send(i == 0 ? "GET /data/runs HTTP/1.1\r\n" : "X: y\r\n");
    std::this_thread::sleep_for(milliseconds(60));
  }
  EXPECT_TRUE(silent.IsClosedWithin(5000));
  EXPECT_TRUE(header.IsClosedWithin(5000));
  EXPECT_TRUE(body.IsClosedWithin(5000));
}

TEST_F(ListenerTest, EndsClientsThatDoNotRead) {
  ServerLimits limits;
  limits.write_timeout = milliseconds(150);
  Start(limits);
  RawClient client = Connect();
  client.Send("GET /api/fake/large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(800));
  EXPECT_LT(client.Read().body.size(), size_t{20 << 20});
}

TEST_F(ListenerTest, BoundsIdleConnections) {
  ServerLimits limits;
  limits.max_connections = 100;
  Start(limits);
  std::vector<RawClient> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(Connect());
    ASSERT_TRUE(clients.back().is_connected());
  }
  EXPECT_EQ(clients.back().Get("/data/runs").status, 200);
  EXPECT_EQ(Connect().Get("/data/runs").status, 200);
  EXPECT_TRUE(clients.front().IsClosedWithin(5000));  // The longest idle one gave way.
  size_t open = 0;
  for (RawClient& client : clients) open += client.IsClosedWithin(0) ? 0 : 1;
  EXPECT_LE(open, 100u);
  EXPECT_GE(open, 90u);
}

TEST_F(ListenerTest, AsksForTheToken) {
  auto gate = std::make_unique<TokenGate>("c");
  const TokenGate& token = *gate;
  Start({}, std::move(gate));
  RawClient client = Connect();
  EXPECT_EQ(client.Get("/data/runs").status, 401);
  const auto signed_in = client.Get("/?token=" + token.code());
  EXPECT_EQ(signed_in.status, 303);
  EXPECT_THAT(signed_in.header,
              HasSubstr("Set-Cookie: c=" + token.secret() + "; Path=/; HttpOnly"));
  EXPECT_THAT(signed_in.header, HasSubstr("Location: /\r\n"));
  EXPECT_EQ(client.Get("/data/runs", "Cookie: c=" + token.secret() + "\r\n").status, 200);
  EXPECT_EQ(client.Get("/data/runs", "Authorization: Bearer " + token.secret() + "\r\n").status,
            200);
}

// ---- The live socket

constexpr std::string_view kHandshake =
    "GET /api/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

struct Frame {
  int opcode = -1;
  std::string payload;
};

Frame ReadFrame(RawClient& client) {
  const std::string head = client.ReadBytes(2);
  if (head.size() < 2) return {};
  size_t length = static_cast<uint8_t>(head[1]) & 127;
  if (length >= 126) {
    const size_t length_bytes = length == 126 ? 2 : 8;
    length = 0;
    for (const char c : client.ReadBytes(length_bytes))
      length = length << 8 | static_cast<uint8_t>(c);
  }
  return {head[0] & 15, client.ReadBytes(length)};
}

Json ReadMessage(RawClient& client) {
  const Frame frame = ReadFrame(client);
  EXPECT_EQ(frame.opcode, 1);
  return Json::parse(frame.payload, nullptr, false);
}

TEST_F(ListenerTest, TellsLiveClientsWhatChanged) {
  Start();
  snapshots_.Publish(MakeSnapshot(1, {MakeRun("a", {{"t", 1}})}));
  RawClient client = Connect();
  const auto upgrade = client.Get("/api/live", kHandshake.substr(kHandshake.find("Connection")));
  ASSERT_EQ(upgrade.status, 101);
  EXPECT_THAT(upgrade.header, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455, 1.3.
  const Json first = ReadMessage(client);
  EXPECT_EQ(first["all"], true);
  EXPECT_EQ(first["generation"], 1);

  const auto start = steady_clock::now();
  snapshots_.Publish(MakeSnapshot(2, {MakeRun("a", {{"t", 2}})}));
  const Json second = ReadMessage(client);
  EXPECT_LT(steady_clock::now() - start, milliseconds(2000));
  EXPECT_EQ(second["generation"], 2);
  EXPECT_EQ(second["runs_changed"], Json({"a"}));
  EXPECT_EQ(second["points"], 2);
}

TEST_F(ListenerTest, TellsLiveClientsHowFarJobsAre) {
  ServerLimits limits;
  limits.progress_interval = milliseconds(20);
  Start(limits);
  snapshots_.Publish(MakeSnapshot(1, {}));
  RawClient live = Connect();
  live.Send(std::string(kHandshake) + "\r\n");
  ASSERT_EQ(live.Read().status, 101);
  EXPECT_EQ(ReadMessage(live)["all"], true);
  auto nameless = std::make_unique<RawClient>(port_);
  nameless->Send("GET /api/fake/long?job=no%20name HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(ComesTo(site_->use().jobs, 1));
  nameless.reset();
  RawClient client = Connect();
  client.Send(kLongQuestion);
  double done = -1;
  for (int i = 0; i < 3; ++i) {
    const Json message = ReadMessage(live);
    ASSERT_EQ(message["jobs"].size(), 1) << message;
    EXPECT_EQ(message["jobs"][0]["job"], "a-1");
    EXPECT_GT(message["jobs"][0]["done"], done);
    done = message["jobs"][0]["done"];
  }
  EXPECT_LT(done, 0.5);
}

TEST_F(ListenerTest, JoinsLiveNewsThatComesTooFast) {
  ServerLimits limits;
  limits.live_interval = milliseconds(100);
  Start(limits);
  snapshots_.Publish(MakeSnapshot(1, {}));
  RawClient client = Connect();
  client.Send(std::string(kHandshake) + "\r\n");
  ASSERT_EQ(client.Read().status, 101);
  ReadMessage(client);
  constexpr uint64_t kPublications = 100;
  for (uint64_t generation = 2; generation <= kPublications; ++generation) {
    snapshots_.Publish(
        MakeSnapshot(generation, {MakeRun("run" + std::to_string(generation / 50), {})}));
    std::this_thread::sleep_for(milliseconds(2));
  }
  int messages = 0;
  Json last;
  do {
    last = ReadMessage(client);
    ++messages;
  } while (last["generation"] != kPublications && messages < 100);
  EXPECT_LT(messages, 20);
  EXPECT_EQ(last["all"], false);
}

TEST_F(ListenerTest, PingsLiveClientsAndEndsSilentOnes) {
  ServerLimits limits;
  limits.live_timeout = milliseconds(400);
  Start(limits);
  RawClient client = Connect();
  client.Send(std::string(kHandshake) + "\r\n");
  ASSERT_EQ(client.Read().status, 101);
  ReadMessage(client);
  EXPECT_EQ(ReadFrame(client).opcode, 9);  // A ping, which nobody answers.
  EXPECT_TRUE(client.IsClosedWithin(5000));
}

TEST_F(ListenerTest, GuardsTheLiveSocket) {
  ServerLimits limits;
  limits.max_live_clients = 2;
  limits.linger_timeout = milliseconds(50);
  Start(limits);
  const auto status = [&](RawClient& client, std::string_view more) {
    client.Send(std::string(kHandshake) + std::string(more) + "\r\n");
    return client.Read().status;
  };
  RawClient foreign = Connect();
  EXPECT_EQ(status(foreign, "Origin: http://evil.example\r\n"), 403);
  RawClient own = Connect();
  EXPECT_EQ(status(own, "Origin: http://localhost\r\n"), 101);
  ReadMessage(own);
  RawClient second = Connect();
  EXPECT_EQ(status(second, ""), 101);
  ReadMessage(second);
  RawClient third = Connect();
  EXPECT_EQ(status(third, ""), 503);
  EXPECT_EQ(Connect().Get("/api/live").status, 426);

  // A client has nothing to say: much of it ends the connection.
  own.Send(std::string("\x82\xfe\xff\xff", 4) + std::string(4 + 0xffff, '\0'));
  EXPECT_TRUE(own.IsClosedWithin(5000));
}

TEST_F(ListenerTest, LiveClientsMayGoAtAnyTime) {
  Start();
  for (uint64_t generation = 1; generation < 40; ++generation) {
    RawClient client = Connect();
    client.Send(std::string(kHandshake) + "\r\n");
    if (generation % 2 == 0) {
      ASSERT_EQ(client.Read().status, 101);
    }
    snapshots_.Publish(MakeSnapshot(generation, {}));
  }
  EXPECT_EQ(Connect().Get("/data/runs").status, 200);
}

// ---- The end

TEST_F(ListenerTest, StopsWithinASecondWhateverIsOpen) {
  Start();
  std::vector<RawClient> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(Connect());
  RawClient live = Connect();
  live.Send(std::string(kHandshake) + "\r\n");
  ASSERT_EQ(live.Read().status, 101);
  ReadMessage(live);
  RawClient half = Connect();
  half.Send("GET /data/ru");
  RawClient busy = Connect();
  busy.Send("GET /api/fake/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(50));

  const auto start = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - start, milliseconds(1000));
  EXPECT_EQ(busy.Read().body, "slow");  // What was asked before is answered.
  EXPECT_EQ(ReadFrame(live).opcode, 8);
  EXPECT_FALSE(Connect().is_connected());
  server_.reset();
  snapshots_.Publish(MakeSnapshot(99, {}));  // Nobody listens any more.
}

}  // namespace
}  // namespace stepscope
