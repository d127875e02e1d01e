// An answer as it goes onto the wire: all headers but those of the connection, and the final bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/response.h"

namespace stepscope {

struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Without Content-Length.
  std::string body;
  std::span<const std::byte> static_body;  // Instead of `body` when not empty; lives for ever.

  std::string_view Body() const;
  // Control characters in `value`, which a tag or a file name may bring in, become '_', and what is
  // longer than any client takes is cut.
  void AddHeader(std::string name, std::string_view value);
};

// The status line and all headers, with the empty line that ends them.
std::string FormatHead(const Reply& reply, bool keep_alive);

// Whether an Accept-Encoding header allows gzip: "gzip", "x-gzip" or "*", but not with ";q=0".
bool AcceptsGzip(std::string_view accept_encoding);

// The reply of a handler's answer: compressed where the client allows it and it pays.
Reply ToReply(Response response, std::string_view accept_encoding);

// A gzip member with the fastest level; empty when out of memory.
std::string Gzip(std::string_view bytes);

}  // namespace stepscope
