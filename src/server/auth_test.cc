#include "server/auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Request From(std::string host, std::string origin = "") {
  Request request;
  request.headers.emplace_back("host", std::move(host));
  if (!origin.empty()) request.headers.emplace_back("origin", std::move(origin));
  return request;
}

TEST(ParseHostPortTest, TakesHostsAndNothingElse) {
  const auto text = [](std::string_view input) {
    const auto parsed = ParseHostPort(input);
    return parsed ? parsed->host + '|' + parsed->port : "none";
  };
  EXPECT_EQ(text("LocalHost:6006"), "localhost|6006");
  EXPECT_EQ(text("a-b.example_1.com."), "a-b.example_1.com|");
  EXPECT_EQ(text("[::1]:80"), "::1|80");
  EXPECT_EQ(text("[::1]"), "::1|");
  EXPECT_EQ(text("1.2.3.4:"), "1.2.3.4|");
  for (const std::string_view bad :
       {"", ":80", "a b", "a/b", "user@host", "[::1", "[x]", "::1", "host:port", "host:123456",
        "host:80:80", "h\xC3\xB6st", "a,b", "[::1]80x"}) {
    EXPECT_EQ(text(bad), "none") << bad;
  }
}

TEST(OriginCheckTest, AnswersForLoopbackOnly) {
  const OriginCheck check({});
  for (const std::string host : {"localhost", "localhost:6006", "LOCALHOST:1", "x.localhost:80",
                                 "127.0.0.1:6006", "127.9.9.9", "[::1]:6006"}) {
    EXPECT_TRUE(check.Check(From(host))) << host;
  }
  for (const std::string host :
       {"evil.example", "evil.example:6006", "localhost.evil.example", "10.0.0.1", "[fe80::1]",
        "127.0.0.1.evil.example", "notlocalhost", "0.0.0.0"}) {
    const Status status = check.Check(From(host));
    ASSERT_FALSE(status) << host;
    EXPECT_EQ(status.error().code, Code::kPermissionDenied);
    EXPECT_THAT(status.error().message, HasSubstr("--allowed_hosts"));
  }
  EXPECT_EQ(check.Check(From("")).error().code, Code::kPermissionDenied);
  EXPECT_EQ(check.Check(Request()).error().code, Code::kInvalidArgument);
  Request twice = From("localhost");
  twice.headers.emplace_back("host", "localhost");
  EXPECT_EQ(check.Check(twice).error().code, Code::kInvalidArgument);
}

TEST(OriginCheckTest, AnswersForNamedHosts) {
  const OriginCheck check({.hosts = {"Proxy.example", "other.example:8443", "fd00::7"}});
  EXPECT_TRUE(check.Check(From("proxy.example")));
  EXPECT_TRUE(check.Check(From("proxy.example:8080")));
  EXPECT_TRUE(check.Check(From("other.example:8443")));
  EXPECT_FALSE(check.Check(From("other.example")));
  EXPECT_TRUE(check.Check(From("[fd00::7]:6006")));
  EXPECT_FALSE(check.Check(From("sub.proxy.example")));
}

TEST(OriginCheckTest, AddressesAreFineWhereTheNetworkReachesUs) {
  const OriginCheck check({.hosts = {"box"}, .allow_addresses = true});
  EXPECT_TRUE(check.Check(From("10.0.0.1:6006")));
  EXPECT_TRUE(check.Check(From("[fe80::1]:6006")));
  EXPECT_TRUE(check.Check(From("box:6006")));
  EXPECT_FALSE(check.Check(From("rebound.example:6006")));
}

TEST(OriginCheckTest, RefusesForeignPages) {
  const OriginCheck check({.hosts = {"proxy.example"}});
  EXPECT_TRUE(check.Check(From("localhost:6006", "http://localhost:6006")));
  EXPECT_TRUE(check.Check(From("localhost", "http://localhost:80")));
  EXPECT_TRUE(check.Check(From("proxy.example", "https://proxy.example")));
  // Behind a proxy that asks us under our own name.
  EXPECT_TRUE(check.Check(From("localhost:6006", "https://proxy.example")));
  for (const std::string origin :
       {"http://evil.example", "null", "http://localhost:8888", "http://127.0.0.1:6006", "file://",
        "https://proxy.example.evil.example", "chrome-extension://abc", "http://", "localhost:6006",
        "ftp://localhost:6006"}) {
    const Status status = check.Check(From("localhost:6006", origin));
    ASSERT_FALSE(status) << origin;
    EXPECT_EQ(status.error().code, Code::kPermissionDenied);
  }
}

TEST(TokenGateTest, AdmitsCookieAndBearer) {
  const TokenGate gate("stepscope-6006");
  EXPECT_EQ(gate.secret().size(), 32u);
  EXPECT_NE(gate.secret(), gate.code());
  const auto admits = [&](std::string name, std::string value) {
    Request request;
    request.headers.emplace_back(std::move(name), std::move(value));
    return gate.Admits(request);
  };
  const std::string cookie = gate.Cookie("/prefix/");
  EXPECT_EQ(cookie,
            "stepscope-6006=" + gate.secret() + "; Path=/prefix/; HttpOnly; SameSite=Strict");
  EXPECT_TRUE(admits("cookie", "a=b; stepscope-6006=" + gate.secret() + "; c=d"));
  EXPECT_TRUE(admits("authorization", "Bearer " + gate.secret()));
  EXPECT_TRUE(admits("authorization", "bearer  " + gate.secret() + " "));
  EXPECT_FALSE(gate.Admits(Request()));
  EXPECT_FALSE(admits("authorization", "Basic " + gate.secret()));
  EXPECT_FALSE(admits("authorization", "Bearer "));
  EXPECT_FALSE(admits("authorization", "Bearer " + gate.code()));
  EXPECT_FALSE(admits("cookie", "stepscope-6007=" + gate.secret()));
  EXPECT_FALSE(admits("cookie", "stepscope-6006=" + gate.secret().substr(1)));
  EXPECT_FALSE(admits("cookie", "stepscope-6006="));
}

TEST(TokenGateTest, EachLinkWorksOnce) {
  TokenGate gate("c");
  const std::string code = gate.code();
  EXPECT_FALSE(gate.Spend("wrong"));
  EXPECT_FALSE(gate.Spend(""));
  EXPECT_TRUE(gate.Spend(code));
  EXPECT_FALSE(gate.Spend(code));
  EXPECT_NE(gate.code(), code);
  EXPECT_TRUE(gate.Spend(gate.code()));
}

}  // namespace
}  // namespace stepscope
