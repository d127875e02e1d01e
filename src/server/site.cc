#include "server/site.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "server/compat_core.h"
#include "server/feature_flags.h"

namespace stepscope {
namespace {

// Bytes of a path as they may stand in a Location header.
std::string EscapePath(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=:@";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kHex[static_cast<uint8_t>(c) >> 4];
      escaped += kHex[c & 15];
    }
  }
  return escaped;
}

std::string EscapeQueryPart(std::string_view text) {
  std::string escaped;
  for (const char c : EscapePath(text)) {
    if (c == '&') {
      escaped += "%26";
    } else if (c == '+') {
      escaped += "%2B";
    } else if (c == '=') {
      escaped += "%3D";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// "/experiment/ID/x" asks for "/x" of an experiment, and a local server has only one: returns how
// long the part before "/x" is, or 0.
size_t ExperimentPrefix(std::string_view path) {
  constexpr std::string_view kPrefix = "/experiment/";
  if (!path.starts_with(kPrefix)) return 0;
  return std::min(path.find('/', kPrefix.size()), path.size());
}

std::string JoinRoute(std::string_view prefix, std::string_view plugin, std::string_view route) {
  std::string path = std::string(prefix) + std::string(plugin);
  if (!route.starts_with('/')) path += '/';
  return path += route;
}

// The page of whoever comes without a token. A browser that followed the link from another site
// keeps the strict cookie back until a page of ours asks again, which this one does, once.
Response SignInPage(const Request& request) {
  Response response = Response::FromError(
      {Code::kUnauthenticated,
       "open the link that the server printed when it started (each works once), or send its "
       "token as 'Authorization: Bearer TOKEN'"});
  if (request.Header("sec-fetch-site") == "cross-site" &&
      request.Header("sec-fetch-mode") == "navigate") {
    response.headers.emplace_back("Refresh", "0");
  }
  return response;
}

}  // namespace

Site::Site(SiteOptions options, const SnapshotCell& snapshots, const FileSystem& files,
           const Stats& stats, const Clock& clock, std::unique_ptr<TokenGate> gate,
           std::function<void()> on_link_spent)
    : options_(std::move(options)),
      origin_check_(options_.origins),
      gate_(std::move(gate)),
      on_link_spent_(std::move(on_link_spent)),
      assets_(options_.assets),
      api_(snapshots, stats, options_.server, options_.plugins, use_) {
  api_.AddRoutes(router_);
  const auto has_data = [this, &snapshots, &files, &stats, &clock](const Plugin& plugin) {
    if (plugin.has_data == nullptr) return false;
    const auto snapshot = snapshots.Load();
    return plugin.has_data(Context{*snapshot, files, stats, clock, options_.server});
  };
  AddCompatCoreRoutes(router_, snapshots, options_.server, options_.plugins, api_, has_data,
                      options_.proxy);
  AddProxyRoutes(router_, options_.proxy);
  const auto add = [&](std::string path, const Route& route) {
    router_.Add(std::move(path),
                [this, &snapshots, &files, &stats, &clock,
                 handle = route.handle](const Request& request) -> Result<Response> {
                  const auto snapshot = snapshots.Load();
                  const Context context{*snapshot, files, stats, clock, options_.server};
                  return handle(request, context);
                });
  };
  for (const Plugin* const plugin : options_.plugins) {
    for (const Route& route : plugin->routes)
      add(JoinRoute("/api/", plugin->name, route.path), route);
    for (const Route& route : plugin->compat_routes) {
      add(JoinRoute("/data/plugin/", plugin->name, route.path), route);
    }
  }
  router_.Add(std::string(kLivePath), [](const Request&) -> Result<Response> {
    Response response = Response::Text(426, "This is a WebSocket; see docs/api.md.");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  });

  frame_policy_ = "frame-ancestors 'self'" +
                  (options_.allow_embedding.empty() ? "" : ' ' + options_.allow_embedding);
  // Svelte sets style attributes from its templates; style sheets come from files only.
  page_policy_ =
      "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
      "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; "
      "object-src 'none'; base-uri 'none'; form-action 'self'; " +
      frame_policy_;
  data_policy_ = "default-src 'none'; base-uri 'none'; form-action 'none'; " + frame_policy_;
}

Reply Site::Finish(Reply reply, bool is_page) const {
  reply.AddHeader("X-Content-Type-Options", "nosniff");
  // Not "no-referrer": with it browsers send "Origin: null" from our own forms.
  reply.AddHeader("Referrer-Policy", "same-origin");
  const bool has_policy = std::ranges::any_of(
      reply.headers, [](const auto& header) { return header.first == kPolicyHeader; });
  // Of several policies all hold.
  const std::string& policy = is_page ? page_policy_ : data_policy_;
  reply.AddHeader(std::string(kPolicyHeader), has_policy ? frame_policy_ : policy);
  if (options_.allow_embedding.empty()) {
    reply.AddHeader("Cross-Origin-Resource-Policy", "same-origin");
  }
  return reply;
}

Reply Site::Refuse(int status, std::string text) const {
  return Finish(ToReply(Response::Text(status, std::move(text)), ""), false);
}

Reply Site::FinishError(const Error& error) const {
  return Finish(ToReply(Response::FromError(error), ""), false);
}

Reply Site::Redirect(int status, std::string_view path, const Request& request,
                     std::string_view without_query) const {
  // A cut location would lead somewhere else: a query that does not fit is left out.
  constexpr size_t kMaxLocationBytes = 4096;
  const std::string place = EscapePath(path);
  std::string location = place;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    if (name == without_query) continue;
    location += std::exchange(separator, '&');
    location += EscapeQueryPart(name) + '=' + EscapeQueryPart(value);
  }
  if (location.size() > kMaxLocationBytes) location = place;
  if (location.size() > kMaxLocationBytes) return Refuse(404, "Not found");
  Response response = Response::Text(status, "");
  response.headers.emplace_back("Location", std::move(location));
  return Finish(ToReply(std::move(response), ""), false);
}

std::variant<Reply, Request> Site::Admit(Request request, std::string_view target) {
  if (const Status status = origin_check_.Check(request); !status) {
    return FinishError(status.error());
  }
  Result<Target> parsed = ParseTarget(target);
  if (!parsed) return FinishError(parsed.error());
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);

  const std::string& prefix = options_.server.path_prefix;
  std::string_view path = request.path;
  if (!path.starts_with(prefix) || (path.size() > prefix.size() && path[prefix.size()] != '/')) {
    return Refuse(404, "Not found");
  }
  path.remove_prefix(prefix.size());
  path.remove_prefix(ExperimentPrefix(path));
  if (path.empty()) return Redirect(301, request.path + '/', request, "");
  const std::string site_root = request.path.substr(0, request.path.size() - path.size());
  request.path = std::string(path);

  if (gate_) {
    if (request.path == "/" && request.Query("token")) {
      const bool is_signed_in = gate_->Admits(request);
      const bool is_spent =
          !is_signed_in && request.method == Method::kGet && gate_->Spend(*request.Query("token"));
      if (is_spent) on_link_spent_();
      if (is_signed_in || is_spent) {
        Reply reply = Redirect(303, site_root + '/', request, "token");
        if (is_spent) reply.AddHeader("Set-Cookie", gate_->Cookie(prefix + '/'));
        return reply;
      }
    }
    if (!gate_->Admits(request)) return Finish(ToReply(SignInPage(request), ""), false);
  }
  return request;
}

std::optional<uint16_t> Site::FindProxyPort(const Request& request) const {
  return options_.proxy == nullptr ? std::nullopt : options_.proxy->FindPort(request);
}

Reply Site::Answer(const Request& request) const {
  try {
    if (std::optional<Reply> asset = assets_.Find(request)) {
      return Finish(*std::move(asset), true);
    }
    if (request.path.starts_with("/data/")) {
      if (const Status flags = CheckFeatureFlags(request); !flags) {
        return FinishError(flags.error());
      }
    }
    std::optional<Response> response = router_.Handle(request);
    if (!response) return Refuse(404, "Not found");
    return Finish(ToReply(*std::move(response), request.Header("accept-encoding").value_or("")),
                  false);
  } catch (const std::exception& exception) {
    // Of libraries, or of memory; one request must not end the server.
    LogError("a request failed reason=\"" + std::string(exception.what()) +
             "\" path=" + EscapePath(request.path));
    return Refuse(500, "Internal error: the request failed");
  }
}

}  // namespace stepscope
