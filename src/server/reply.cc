#include "server/reply.h"

#include <libdeflate.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "base/strings.h"

namespace stepscope {
namespace {

// Below this the header of the answer outweighs what compression saves.
constexpr size_t kMinGzipBytes = 1024;
// On loopback, where most pages live, the level costs more than the bytes.
constexpr int kGzipLevel = 1;

bool IsCompressible(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type.starts_with("text/") || type == "application/json" || type == "image/svg+xml" ||
         type == "application/vnd.stepscope.columns";
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

// Browsers show it in their tools; nothing depends on it.
std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

}  // namespace

std::string_view Reply::Body() const {
  if (static_body.empty()) return body;
  return {reinterpret_cast<const char*>(static_body.data()), static_body.size()};
}

void Reply::AddHeader(std::string name, std::string_view value) {
  constexpr size_t kMaxValueBytes = 8 << 10;  // What curl and browsers take with room to spare.
  std::string safe(value.substr(0, kMaxValueBytes));
  std::ranges::replace_if(
      safe, [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; }, '_');
  headers.emplace_back(std::move(name), std::move(safe));
}

std::string FormatHead(const Reply& reply, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ';
  head += Reason(reply.status);
  head += "\r\nDate: " + HttpDate() + "\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  // A 304 would have to tell the length of what it does not send.
  if (reply.status != 304) {
    head += "Content-Length: " + std::to_string(reply.Body().size()) + "\r\n";
  }
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

// As upstream (tensorboard/backend/http_util.py), which takes a weight of any size for a refusal.
bool AcceptsGzip(std::string_view accept_encoding) {
  bool is_refused = false;
  bool takes_any = false;
  for (const std::string_view part : Split(accept_encoding, ',')) {
    const size_t semicolon = std::min(part.find(';'), part.size());
    const std::string coding = AsciiLower(StripWhitespace(part.substr(0, semicolon)));
    const bool has_weight = semicolon < part.size();
    if (coding == "gzip" || coding == "x-gzip") {
      if (!has_weight) return true;
      is_refused = true;
    }
    takes_any |= coding == "*" && !has_weight;
  }
  return takes_any && !is_refused;
}

std::string Gzip(std::string_view bytes) {
  struct Free {
    void operator()(libdeflate_compressor* compressor) const {
      libdeflate_free_compressor(compressor);
    }
  };
  thread_local const std::unique_ptr<libdeflate_compressor, Free> compressor(
      libdeflate_alloc_compressor(kGzipLevel));
  if (!compressor) return {};
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  packed.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(),
                                         packed.data(), packed.size()));
  return packed;
}

Reply ToReply(Response response, std::string_view accept_encoding) {
  Reply reply;
  reply.status = response.status;
  reply.body = std::move(response.body);
  reply.AddHeader("Content-Type", response.content_type);
  bool has_cache_control = false;
  for (const auto& [name, value] : response.headers) {
    reply.AddHeader(name, value);
    has_cache_control |= AsciiLower(name) == "cache-control";
  }
  if (!has_cache_control) {
    reply.AddHeader("Cache-Control", "no-cache, must-revalidate");
    reply.AddHeader("Expires", "0");
  }

  if (response.may_compress && IsCompressible(response.content_type)) {
    reply.AddHeader("Vary", "Accept-Encoding");
    if (reply.body.size() >= kMinGzipBytes && AcceptsGzip(accept_encoding)) {
      std::string packed = Gzip(reply.body);
      if (!packed.empty() && packed.size() < reply.body.size()) {
        reply.body = std::move(packed);
        reply.AddHeader("Content-Encoding", "gzip");
      }
    }
  }
  return reply;
}

}  // namespace stepscope
