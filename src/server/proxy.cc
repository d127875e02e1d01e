#include "server/proxy.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginPrefix = "/data/plugin/";
constexpr std::string_view kEntryPath = "/data/plugin_entry.html";
constexpr std::string_view kOurCookies = "stepscope-";  // TokenGate's.

// About one connection and not about what is said over it (RFC 9110, 7.6.1).
bool IsOfConnection(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "connection",          "expect", "keep-alive", "proxy-authenticate",
      "proxy-authorization", "te",     "trailer",    "upgrade"};
  return std::ranges::find(kNames, name) != kNames.end();
}

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
    case Method::kOther:  // Its name is not known any more, and TensorBoard asks for no other.
      return "OPTIONS";
  }
  return "GET";
}

std::string WithoutOurCookies(std::string_view cookies) {
  std::string rest;
  for (const std::string_view part : Split(cookies, ';')) {
    const std::string_view cookie = StripWhitespace(part);
    if (cookie.empty() || cookie.starts_with(kOurCookies)) continue;
    if (!rest.empty()) rest += "; ";
    rest += cookie;
  }
  return rest;
}

}  // namespace

ProxyTable::Status ProxyTable::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void ProxyTable::SetRunning(uint16_t port, std::vector<ProxiedPlugin> plugins) {
  const std::lock_guard lock(mutex_);
  status_ = {
      .state = ProxyState::kRunning, .message = "", .port = port, .plugins = std::move(plugins)};
}

void ProxyTable::SetNotRunning(ProxyState state, std::string message) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.message = std::move(message);
  status_.port = 0;
}

std::optional<uint16_t> ProxyTable::FindPort(const Request& request) const {
  std::string_view name;
  const std::string_view path = request.path;
  if (path == kEntryPath) {
    name = request.Query("name").value_or("");
  } else if (path.starts_with(kPluginPrefix)) {
    name = path.substr(kPluginPrefix.size());
    name = name.substr(0, name.find('/'));
  }
  if (name.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(status_.plugins, name, &ProxiedPlugin::name) == status_.plugins.end()) {
    return std::nullopt;
  }
  return status_.port;
}

void AddProxyRoutes(Router& router, const ProxyTable* table) {
  router.Add("/api/plugins/python", [table](const Request&) -> Result<Response> {
    constexpr const char* kStates[] = {"off", "starting", "running", "failed"};
    const ProxyTable::Status status = table == nullptr ? ProxyTable::Status() : table->status();
    nlohmann::ordered_json plugins = nlohmann::ordered_json::array();
    for (const ProxiedPlugin& plugin : status.plugins) {
      plugins.push_back(
          {{"name", plugin.name}, {"label", plugin.label}, {"enabled", plugin.is_enabled}});
    }
    return Response::Json({{"state", kStates[static_cast<size_t>(status.state)]},
                           {"message", status.message},
                           {"plugins", std::move(plugins)}});
  });
}

std::string FormatProxyRequest(const Request& request, std::string_view target) {
  std::string text(MethodName(request.method));
  text += ' ';
  text += target;
  text += " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) {
    if (IsOfConnection(name) || name == "content-length" || name == "transfer-encoding" ||
        name == "authorization") {
      continue;
    }
    const std::string kept = name == "cookie" ? WithoutOurCookies(value) : value;
    if (name == "cookie" && kept.empty()) continue;
    text += name + ": " + kept + "\r\n";
  }
  const bool may_have_body = request.method == Method::kPost || request.method == Method::kPut;
  if (may_have_body || !request.body.empty()) {
    text += "content-length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "connection: close\r\n\r\n" + request.body;
}

Result<std::string> FormatProxyHead(std::string_view head, std::string_view frame_ancestors) {
  const auto broken = [] { return Error{Code::kUnavailable, "the answer is not HTTP"}; };
  const size_t line_end = head.find("\r\n");
  const std::string_view status = head.substr(0, line_end);
  const bool has_status = status.size() >= 12 && status.starts_with("HTTP/1.") &&
                          status[8] == ' ' && ParseInt64(status.substr(9, 3));
  if (line_end == std::string_view::npos || !has_status) return broken();

  std::string text = "HTTP/1.1" + std::string(status.substr(8)) + "\r\n";
  bool has_type_rule = false;
  bool has_referrer_rule = false;
  std::string_view rest = head.substr(line_end + 2);
  for (size_t end = rest.find("\r\n"); end > 0; end = rest.find("\r\n")) {
    if (end == std::string_view::npos) return broken();
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return broken();
    const std::string name = AsciiLower(line.substr(0, colon));
    const std::string_view value = StripWhitespace(line.substr(colon + 1));
    if (IsOfConnection(name)) continue;
    if (name == "set-cookie" && value.starts_with(kOurCookies)) continue;
    has_type_rule |= name == "x-content-type-options";
    has_referrer_rule |= name == "referrer-policy";
    text += line;
    text += "\r\n";
  }
  if (!has_type_rule) text += "X-Content-Type-Options: nosniff\r\n";
  if (!has_referrer_rule) text += "Referrer-Policy: same-origin\r\n";
  // Of several policies all hold, so that this one can only forbid more.
  text += "Content-Security-Policy: " + std::string(frame_ancestors) + "\r\n";
  return text + "Connection: close\r\n\r\n";
}

}  // namespace stepscope
