#include "server/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Request Get(std::string path) {
  Request request;
  request.path = std::move(path);
  return request;
}

TEST(ProxyTest, AnswersForItsPluginsAlone) {
  ProxyTable table;
  EXPECT_EQ(table.FindPort(Get("/data/plugin/mine/x")), std::nullopt);
  table.SetRunning(1234, {{.name = "mine", .label = "Mine"}});
  EXPECT_EQ(table.FindPort(Get("/data/plugin/mine/static/index.js")), 1234);
  EXPECT_EQ(table.FindPort(Get("/data/plugin/mine")), 1234);
  EXPECT_EQ(table.FindPort(Get("/data/plugin/mine2/x")), std::nullopt);
  EXPECT_EQ(table.FindPort(Get("/data/plugin/scalars/tags")), std::nullopt);
  EXPECT_EQ(table.FindPort(Get("/data/plugin/")), std::nullopt);
  EXPECT_EQ(table.FindPort(Get("/api/sidecar")), std::nullopt);

  Request entry = Get("/data/plugin_entry.html");
  EXPECT_EQ(table.FindPort(entry), std::nullopt);
  entry.query = {{"name", "mine"}};
  EXPECT_EQ(table.FindPort(entry), 1234);
  entry.query = {{"name", "other"}};
  EXPECT_EQ(table.FindPort(entry), std::nullopt);
}

TEST(ProxyTest, PluginsKeepTheirTabsWhileNobodyAnswers) {
  ProxyTable table;
  table.SetRunning(1234, {{.name = "mine", .label = "Mine"}});
  table.SetNotRunning(ProxyState::kFailed, "it died");
  EXPECT_EQ(table.FindPort(Get("/data/plugin/mine/x")), 0);
  EXPECT_EQ(table.status().message, "it died");
  EXPECT_EQ(table.status().plugins.size(), 1u);
}

TEST(ProxyTest, PassesARequestOnButForOurSecrets) {
  Request request = Get("/data/plugin/mine/x");
  request.method = Method::kPost;
  request.headers = {{"host", "localhost:6006"},
                     {"authorization", "Bearer secret"},
                     {"cookie", "a=1; stepscope-6006=secret; b=2"},
                     {"x-mine", "yes"},
                     {"transfer-encoding", "chunked"},
                     {"connection", "keep-alive"}};
  request.body = "hello";
  EXPECT_EQ(FormatProxyRequest(request, "/p/data/plugin/mine/x?a=%20"),
            "POST /p/data/plugin/mine/x?a=%20 HTTP/1.1\r\n"
            "host: localhost:6006\r\n"
            "cookie: a=1; b=2\r\n"
            "x-mine: yes\r\n"
            "content-length: 5\r\n"
            "connection: close\r\n\r\nhello");
  request.headers = {{"cookie", "stepscope-6006=secret"}};
  EXPECT_THAT(FormatProxyRequest(request, "/"), Not(HasSubstr("cookie")));
}

TEST(ProxyTest, PassesAHeaderOnAndForbidsForeignFrames) {
  const auto head = FormatProxyHead(
      "HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\nContent-Security-Policy: script-src "
      "'self'\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nX-Mine: a:b\r\n\r\n",
      "frame-ancestors 'self'");
  ASSERT_TRUE(head);
  EXPECT_EQ(*head,
            "HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\nContent-Security-Policy: "
            "script-src 'self'\r\nTransfer-Encoding: chunked\r\nX-Mine: a:b\r\n"
            "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n"
            "Content-Security-Policy: frame-ancestors 'self'\r\nConnection: close\r\n\r\n");
}

TEST(ProxyTest, TakesNoCookieInOurName) {
  const auto head = FormatProxyHead(
      "HTTP/1.0 200 OK\r\nSet-Cookie: stepscope-6006=x\r\nSet-Cookie: theirs=y\r\n\r\n", "");
  ASSERT_TRUE(head);
  EXPECT_THAT(*head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(*head, Not(HasSubstr("stepscope-")));
  EXPECT_THAT(*head, HasSubstr("Set-Cookie: theirs=y\r\n"));
}

TEST(ProxyTest, WhatIsNoHttpIsRefused) {
  for (const std::string_view head :
       {"", "\r\n\r\n", "HTTP/1.1 2", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: cut off"}) {
    const auto result = FormatProxyHead(head, "");
    ASSERT_FALSE(result) << head;
    EXPECT_EQ(result.error().code, Code::kUnavailable);
  }
}

}  // namespace
}  // namespace stepscope
