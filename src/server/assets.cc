#include "server/assets.h"

#include <cstdint>
#include <optional>

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr std::string_view kNoPage =
    "This build has no web page: it was made without Node. `./dev run` builds one with it.\n"
    "The data is at /api/environment, /api/runs and /api/tags?plugin=scalars all the same.\n";

// FNV-1a: tells one build's file from the next; nobody gains by forging it.
std::string ContentTag(std::span<const std::byte> bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const std::byte byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return std::to_string(hash);
}

bool ListsTag(std::string_view if_none_match, std::string_view etag) {
  for (std::string_view tag : Split(if_none_match, ',')) {
    tag = StripWhitespace(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

}  // namespace

AssetTable::AssetTable(std::span<const EmbeddedAsset> assets) {
  for (const EmbeddedAsset& asset : assets) {
    entries_[asset.path] = {&asset, asset.immutable ? "" : ContentTag(asset.bytes)};
  }
}

std::optional<Reply> AssetTable::Find(const Request& request) const {
  std::string_view path = std::string_view(request.path).substr(1);
  if (path.empty()) path = "index.html";
  const auto found = entries_.find(path);
  Reply reply;
  if (found == entries_.end()) {
    if (path != "index.html") return std::nullopt;
    reply.AddHeader("Content-Type", "text/plain; charset=utf-8");
    reply.AddHeader("Cache-Control", "no-cache");
    reply.body = kNoPage;
    return reply;
  }

  const auto& [asset, content_tag] = found->second;
  const bool use_gzip =
      !asset->gzip.empty() && AcceptsGzip(request.Header("accept-encoding").value_or(""));
  reply.AddHeader("Content-Type", std::string(asset->content_type));
  reply.AddHeader("Vary", "Accept-Encoding");
  if (asset->immutable) {
    reply.AddHeader("Cache-Control", "public, max-age=31536000, immutable");
  } else {
    const std::string etag = '"' + content_tag + (use_gzip ? "-gzip\"" : "\"");
    reply.AddHeader("Cache-Control", "no-cache");
    reply.AddHeader("ETag", etag);
    if (ListsTag(request.Header("if-none-match").value_or(""), etag)) {
      reply.status = 304;
      return reply;
    }
  }
  if (use_gzip) reply.AddHeader("Content-Encoding", "gzip");
  reply.static_body = use_gzip ? asset->gzip : asset->bytes;
  return reply;
}

}  // namespace stepscope
