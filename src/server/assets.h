// The web page inside the binary. tools/embed_assets.py writes the table from the built page.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "http/request.h"
#include "server/reply.h"

namespace stepscope {

struct EmbeddedAsset {
  std::string_view path;  // "index.html", "assets/index-1a2b3c4d.js".
  std::string_view content_type;
  std::span<const std::byte> bytes;
  std::span<const std::byte> gzip;  // Empty when compression does not pay.
  bool immutable;  // Its name has a hash of its content: browsers keep it for ever.
};

// Lives for ever; empty in a build without a web page. Defined by the generated file, which only
// the binary links.
std::span<const EmbeddedAsset> EmbeddedAssets();

// Answers requests for the page. Immutable after construction, any thread.
class AssetTable {
 public:
  explicit AssetTable(std::span<const EmbeddedAsset> assets);  // Must live for ever.

  // The file at request.path ("/" is index.html), or nothing. Without an index.html, "/" says so.
  std::optional<Reply> Find(const Request& request) const;

 private:
  struct Entry {
    const EmbeddedAsset* asset;
    std::string etag;  // Empty for immutable ones, which nobody asks for twice.
  };
  std::map<std::string_view, Entry> entries_;
};

}  // namespace stepscope
