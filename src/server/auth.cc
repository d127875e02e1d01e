#include "server/auth.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace stepscope {
namespace {

// 128 bits: nobody guesses them over a network.
std::string RandomHex() {
  std::array<uint8_t, 16> bytes;
  CHECK(getentropy(bytes.data(), bytes.size()) == 0);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

// Takes as long for a right first half as for a wrong one.
bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

std::string WithoutDefaultPort(const std::string& port, std::string_view scheme) {
  return port == (scheme == "https" ? "443" : "80") ? "" : port;
}

Error Foreign(std::string_view what, std::string_view value) {
  // The value goes back to whoever sent it, as text/plain.
  return Error{Code::kPermissionDenied,
               "this server does not answer for the " + std::string(what) + " '" +
                   ToValidUtf8(value.substr(0, 200)) +
                   "'; if it is yours, start the server with --allowed_hosts=NAME"};
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text) {
  HostPort parsed;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parsed.host = AsciiLower(text.substr(1, end - 1));
    in6_addr ignored;
    if (inet_pton(AF_INET6, parsed.host.c_str(), &ignored) != 1) return std::nullopt;
    text.remove_prefix(end + 1);
  } else {
    const size_t end = std::min(text.find(':'), text.size());
    parsed.host = AsciiLower(text.substr(0, end));
    if (parsed.host.ends_with('.')) parsed.host.pop_back();
    const auto is_name_byte = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    };
    if (parsed.host.empty() || !std::ranges::all_of(parsed.host, is_name_byte)) return std::nullopt;
    text.remove_prefix(end);
  }
  if (text.empty()) return parsed;
  text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() > 5 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  parsed.port = text;
  return parsed;
}

bool IsIpAddress(std::string_view host) {
  const std::string name(host);
  in6_addr ignored;
  return inet_pton(AF_INET, name.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const std::string name(host);
  in_addr v4;
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, name.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

OriginCheck::OriginCheck(const Options& options) : allow_addresses_(options.allow_addresses) {
  for (const std::string& text : options.hosts) {
    // An IPv6 address may come without its brackets, as --host takes it.
    auto host = ParseHostPort(
        IsIpAddress(text) && text.find(':') != std::string::npos ? '[' + text + ']' : text);
    if (host) hosts_.push_back(*std::move(host));
  }
}

bool OriginCheck::IsOurs(const HostPort& host) const {
  if (IsLoopback(host.host)) return true;
  if (allow_addresses_ && IsIpAddress(host.host)) return true;
  return std::ranges::any_of(hosts_, [&](const HostPort& ours) {
    return ours.host == host.host && (ours.port.empty() || ours.port == host.port);
  });
}

Status OriginCheck::Check(const Request& request) const {
  std::vector<std::string_view> hosts;
  std::vector<std::string_view> origins;
  for (const auto& [name, value] : request.headers) {
    if (name == "host") hosts.push_back(value);
    if (name == "origin") origins.push_back(value);
  }
  if (hosts.size() != 1) {
    return Error{Code::kInvalidArgument, "a request needs exactly one Host header"};
  }
  const auto host = ParseHostPort(hosts[0]);
  if (!host || !IsOurs(*host)) return Foreign("host name", hosts[0]);

  for (const std::string_view text : origins) {
    const size_t scheme_end = std::min(text.find("://"), text.size());
    const std::string scheme = AsciiLower(text.substr(0, scheme_end));
    const auto origin = ParseHostPort(text.substr(std::min(scheme_end + 3, text.size())));
    if (!origin || (scheme != "http" && scheme != "https")) return Foreign("page", text);
    // Our own page: the same name and port. Or a reverse proxy's name, which Host may lack.
    const bool is_same = origin->host == host->host && WithoutDefaultPort(origin->port, scheme) ==
                                                           WithoutDefaultPort(host->port, scheme);
    const bool is_named = std::ranges::any_of(hosts_, [&](const HostPort& ours) {
      return ours.host == origin->host && (ours.port.empty() || ours.port == origin->port);
    });
    if (!is_same && !is_named) return Foreign("page", text);
  }
  // Pictures and scripts of a foreign page come without an Origin. Following a link is no such
  // thing, and neither is being framed, which frame-ancestors decides.
  if (origins.empty() && request.Header("sec-fetch-site") == "cross-site" &&
      request.Header("sec-fetch-mode") != "navigate") {
    return Foreign("page", "another site");
  }
  return Status();
}

TokenGate::TokenGate(std::string cookie_name)
    : cookie_name_(std::move(cookie_name)), secret_(RandomHex()), code_(RandomHex()) {}

bool TokenGate::Admits(const Request& request) const {
  for (const auto& [name, value] : request.headers) {
    if (name == "authorization") {
      const std::string_view text = value;
      if (AsciiLower(text.substr(0, 7)) == "bearer " &&
          EqualInConstantTime(StripWhitespace(text.substr(7)), secret_)) {
        return true;
      }
    } else if (name == "cookie") {
      for (std::string_view cookie : Split(value, ';')) {
        cookie = StripWhitespace(cookie);
        const size_t equals = cookie.find('=');
        if (equals == std::string_view::npos || cookie.substr(0, equals) != cookie_name_) continue;
        if (EqualInConstantTime(cookie.substr(equals + 1), secret_)) return true;
      }
    }
  }
  return false;
}

bool TokenGate::Spend(std::string_view code) {
  const std::lock_guard lock(mutex_);
  if (!EqualInConstantTime(code, code_)) return false;
  code_ = RandomHex();
  return true;
}

std::string TokenGate::code() const {
  const std::lock_guard lock(mutex_);
  return code_;
}

std::string TokenGate::Cookie(std::string_view path) const {
  return cookie_name_ + '=' + secret_ + "; Path=" + std::string(path) +
         "; HttpOnly; SameSite=Strict";
}

}  // namespace stepscope
