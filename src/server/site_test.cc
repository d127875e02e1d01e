#include "server/site.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/snapshot_for_test.h"

namespace stepscope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Json = nlohmann::json;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

Result<Response> Echo(const Request& request, const Context& context) {
  return Response::Text(200, std::to_string(context.snapshot.generation) + " " + request.path);
}

Result<Response> Throw(const Request&, const Context&) {
  return Response::Text(200, std::string().at(1) == 'x' ? "" : "");
}

constexpr Route kRoutes[] = {{"echo", Echo}, {"/throw", Throw}};
constexpr Route kCompatRoutes[] = {{"/tags", Echo}};
constexpr std::string_view kReads[] = {"scalars"};
const Plugin kFake = {.name = "fake",
                      .reads = kReads,
                      .routes = kRoutes,
                      .compat_routes = kCompatRoutes,
                      .compat_listing = {"Fake", "CUSTOM_ELEMENT", "tf-fake", false}};
const Plugin kFramed = {.name = "framed", .compat_listing = {"", "IFRAME", "", false}};
const Plugin* const kPlugins[] = {&kFake, &kFramed};

class SiteTest : public ::testing::Test {
 protected:
  Site& Make(SiteOptions options = {}, std::unique_ptr<TokenGate> gate = nullptr) {
    options.plugins = kPlugins;
    snapshots_.Publish(MakeSnapshot(7, {MakeRun("a", {{"loss", 2}})}));
    site_ = std::make_unique<Site>(std::move(options), snapshots_, RealFileSystem(), stats_,
                                   SystemClock(), std::move(gate), [this] { ++spent_links_; });
    return *site_;
  }

  Reply Ask(std::string_view target, std::vector<std::pair<std::string, std::string>> headers = {},
            Method method = Method::kGet) {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    request.headers.emplace_back("host", "localhost:6006");
    auto admitted = site_->Admit(std::move(request), target);
    if (auto* const reply = std::get_if<Reply>(&admitted)) return *reply;
    return site_->Answer(std::get<Request>(admitted));
  }

  static std::string Header(const Reply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }

  SnapshotCell snapshots_;
  Stats stats_;
  int spent_links_ = 0;
  std::unique_ptr<Site> site_;
};

TEST_F(SiteTest, RoutesToCoreAndPlugins) {
  Make();
  EXPECT_EQ(Ask("/api/fake/echo").body, "7 /api/fake/echo");
  EXPECT_EQ(Ask("/data/plugin/fake/tags/").status, 200);
  EXPECT_EQ(Json::parse(Ask("/data/runs").body), Json({"a"}));
  EXPECT_EQ(Ask("/api/live").status, 426);
  const Reply missing = Ask("/no/such/path");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "Not found");
  EXPECT_EQ(Ask("/api/fake/throw").status, 500);
}

TEST_F(SiteTest, StripsTheExperimentOnce) {
  Make();
  EXPECT_EQ(Ask("/experiment/any%20id/api/fake/echo").body, "7 /api/fake/echo");
  EXPECT_EQ(Ask("/experiment//api/fake/echo").status, 200);
  EXPECT_EQ(Ask("/experiment/a/experiment/b/api/fake/echo").status, 404);
  const Reply redirect = Ask("/experiment/f%0Ao?x=1&y=a%26b");
  EXPECT_EQ(redirect.status, 301);
  EXPECT_EQ(Header(redirect, "Location"), "/experiment/f%0Ao/?x=1&y=a%26b");
}

TEST_F(SiteTest, RefusesFeatureFlagsThatAreNoObject) {
  Make();
  for (const std::string_view flags : {"", "{}", " {\"a\": [1]}"}) {
    EXPECT_EQ(Ask("/data/runs", {{"x-tensorboard-feature-flags", std::string(flags)}}).status, 200);
  }
  for (const std::string_view flags : {"[]", "{", " ", "1", "{}}"}) {
    EXPECT_EQ(Ask("/data/runs", {{"x-tensorboard-feature-flags", std::string(flags)}}).status, 400);
  }
  EXPECT_EQ(Ask("/data/runs?tensorBoardFeatureFlags=%7B%7D").status, 200);
  EXPECT_EQ(Ask("/data/runs?tensorBoardFeatureFlags=null").body,
            "Invalid argument: tensorBoardFeatureFlags cannot be decoded to a dict.");
}

TEST_F(SiteTest, LivesBelowItsPrefix) {
  Make({.server = {.path_prefix = "/runs/x"}});
  EXPECT_EQ(Ask("/runs/x/api/fake/echo").body, "7 /api/fake/echo");
  EXPECT_EQ(Ask("/runs/x/experiment/e/data/runs").status, 200);
  EXPECT_EQ(Header(Ask("/runs/x"), "Location"), "/runs/x/");
  EXPECT_EQ(Header(Ask("/runs/x/experiment/e"), "Location"), "/runs/x/experiment/e/");
  EXPECT_EQ(Header(Ask("/runs/x/graphs"), "Location"), "/runs/x/");
  for (const std::string_view outside : {"/", "/runs", "/runs/xy", "/api/fake/echo"}) {
    EXPECT_EQ(Ask(outside).status, 404) << outside;
  }
}

TEST_F(SiteTest, NeverClimbs) {
  Make();
  for (const std::string_view target :
       {"/../etc/passwd", "/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc/passwd", "/%00", "/%zz",
        "http://localhost/", "*", ""}) {
    EXPECT_EQ(Ask(target).status, 400) << target;
  }
  EXPECT_EQ(Ask("//etc/passwd").status, 404);
  EXPECT_EQ(Ask("/..%5c..%5cetc").status, 404);
}

TEST_F(SiteTest, RefusesForeignHostsAndPages) {
  Make();
  Request rebound;
  rebound.headers = {{"host", "evil.example"}};
  EXPECT_EQ(std::get<Reply>(site_->Admit(rebound, "/")).status, 403);
  const Reply foreign = Ask("/api/fake/echo", {{"origin", "http://evil.example"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_THAT(foreign.body, HasSubstr("--allowed_hosts"));
  EXPECT_EQ(Ask("/api/fake/echo", {{"origin", "http://localhost:6006"}}).status, 200);
}

TEST_F(SiteTest, GuardsEveryAnswer) {
  const EmbeddedAsset assets[] = {
      {"index.html", "text/html; charset=utf-8", Bytes("page"), {}, false}};
  Make({.assets = assets});
  for (const std::string_view target : {"/", "/api/fake/echo", "/none", "/%zz", "/experiment/a"}) {
    const Reply reply = Ask(target);
    EXPECT_EQ(Header(reply, "X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(Header(reply, "Referrer-Policy"), "same-origin") << target;
    EXPECT_THAT(Header(reply, "Content-Security-Policy"), HasSubstr("frame-ancestors 'self'"));
  }
  const std::string page = Header(Ask("/"), "Content-Security-Policy");
  EXPECT_THAT(page, HasSubstr("script-src 'self';"));
  EXPECT_THAT(page, HasSubstr("object-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-eval")));
  EXPECT_THAT(Header(Ask("/api/fake/echo"), "Content-Security-Policy"),
              StartsWith("default-src 'none'"));

  // A page with a policy of its own may still not be framed by others.
  std::vector<std::string> policies;
  for (const auto& [name, value] : Ask("/data/plugin_entry.html?name=framed").headers) {
    if (name == "Content-Security-Policy") policies.push_back(value);
  }
  EXPECT_THAT(policies, ElementsAre(HasSubstr("script-src 'self' 'unsafe-eval' 'sha256-"),
                                    "frame-ancestors 'self'"));

  Make({.allow_embedding = "http://localhost:8888", .assets = assets});
  EXPECT_THAT(Header(Ask("/"), "Content-Security-Policy"),
              HasSubstr("frame-ancestors 'self' http://localhost:8888"));
}

TEST_F(SiteTest, ServesThePage) {
  const EmbeddedAsset assets[] = {
      {"index.html", "text/html; charset=utf-8", Bytes("<page>"), Bytes("packed"), false},
      {"assets/app-123.js", "text/javascript; charset=utf-8", Bytes("code"), {}, true}};
  Make({.assets = assets});
  const Reply page = Ask("/");
  EXPECT_EQ(page.Body(), "<page>");
  EXPECT_EQ(Header(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(Header(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(Ask("/index.html").Body(), "<page>");

  const Reply packed = Ask("/", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(packed.Body(), "packed");
  EXPECT_EQ(Header(packed, "Content-Encoding"), "gzip");
  EXPECT_NE(Header(packed, "ETag"), Header(page, "ETag"));
  const Reply known = Ask("/", {{"if-none-match", "\"x\", W/" + Header(page, "ETag")}});
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(known.Body(), "");

  const Reply script = Ask("/assets/app-123.js", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(script.Body(), "code");
  EXPECT_EQ(Header(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(Header(script, "Content-Encoding"), "");
  EXPECT_EQ(Ask("/assets/").status, 404);
}

TEST_F(SiteTest, SaysWhenThereIsNoPage) {
  Make();
  EXPECT_THAT(std::string(Ask("/").Body()), HasSubstr("no web page"));
  EXPECT_EQ(Ask("/").status, 200);
}

TEST_F(SiteTest, LetsInWhoHasTheToken) {
  auto gate = std::make_unique<TokenGate>("c");
  TokenGate& token = *gate;
  Make({.server = {.path_prefix = "/p"}}, std::move(gate));
  const Reply closed = Ask("/p/api/fake/echo");
  EXPECT_EQ(closed.status, 401);
  EXPECT_EQ(Header(closed, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(Ask("/p/").status, 401);
  EXPECT_EQ(Ask("/p/?token=wrong").status, 401);
  EXPECT_EQ(Ask("/p/?token=" + token.secret()).status, 401);

  const std::string link = "/p/?x=1&token=" + token.code();
  EXPECT_EQ(Ask(link, {}, Method::kHead).status, 401);  // A preview does not use the link up.
  const Reply signed_in = Ask(link);
  EXPECT_EQ(signed_in.status, 303);
  EXPECT_EQ(Header(signed_in, "Location"), "/p/?x=1");
  EXPECT_EQ(Header(signed_in, "Set-Cookie"),
            "c=" + token.secret() + "; Path=/p/; HttpOnly; SameSite=Strict");
  EXPECT_EQ(spent_links_, 1);
  EXPECT_EQ(Ask(link).status, 401);

  const std::string cookie = "c=" + token.secret();
  EXPECT_EQ(Ask("/p/api/fake/echo", {{"cookie", cookie}}).status, 200);
  EXPECT_EQ(Ask("/p/api/fake/echo", {{"authorization", "Bearer " + token.secret()}}).status, 200);
  const Reply again = Ask(link, {{"cookie", cookie}});  // A bookmark of the link.
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(Header(again, "Set-Cookie"), "");
  EXPECT_EQ(spent_links_, 1);
}

TEST_F(SiteTest, AsksABrowserAgainThatComesFromAnotherSite) {
  Make({}, std::make_unique<TokenGate>("c"));
  const auto refresh = [&](std::string site) {
    return Header(Ask("/", {{"sec-fetch-site", site}, {"sec-fetch-mode", "navigate"}}), "Refresh");
  };
  EXPECT_EQ(refresh("cross-site"), "0");
  EXPECT_EQ(refresh("same-origin"), "");
}

}  // namespace
}  // namespace stepscope
