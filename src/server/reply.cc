#include "server/reply.h"

#include <libdeflate.h>

#include <algorithm>
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

}  // namespace

std::string_view Reply::Body() const {
  if (static_body.empty()) return body;
  return {reinterpret_cast<const char*>(static_body.data()), static_body.size()};
}

void Reply::AddHeader(std::string name, std::string_view value) {
  std::string safe(value);
  std::ranges::replace_if(
      safe, [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; }, '_');
  headers.emplace_back(std::move(name), std::move(safe));
}

bool AcceptsGzip(std::string_view accept_encoding) {
  for (const std::string_view part : Split(accept_encoding, ',')) {
    const size_t semicolon = std::min(part.find(';'), part.size());
    const std::string coding = AsciiLower(StripWhitespace(part.substr(0, semicolon)));
    if (coding != "gzip" && coding != "x-gzip" && coding != "*") continue;
    std::string_view weight = StripWhitespace(part.substr(std::min(semicolon + 1, part.size())));
    if (!weight.starts_with("q=")) return true;
    weight.remove_prefix(2);
    return ParseDouble(weight).value_or(1) > 0;
  }
  return false;
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
  if (!has_cache_control) reply.AddHeader("Cache-Control", "no-cache, must-revalidate");

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
