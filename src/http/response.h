// What a handler answers. The server adds lengths, compression and security headers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace stepscope {

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // Extra ones; values are checked.
  bool may_compress = true;

  // Our own JSON: compact, invalid UTF-8 replaced, non-finite numbers as "NaN", "Infinity",
  // "-Infinity".
  static Response Json(const nlohmann::ordered_json& value);
  static Response Text(int status, std::string text);
  // "Not found: no such run" and the like, with the HTTP status of the code
  // (INVALID_ARGUMENT 400, UNAUTHENTICATED 401, PERMISSION_DENIED 403, NOT_FOUND 404,
  // OUT_OF_RANGE 400, RESOURCE_EXHAUSTED 413, UNAVAILABLE 503, others 500).
  static Response FromError(const Error& error);
};

// What Response::Json holds, for answers that are put together by hand.
void AppendJson(const nlohmann::ordered_json& value, std::string& out);
// Appends a double as TensorBoard prints it: shortest round trip, "0.0", non-finite as the JSON
// strings "NaN", "Infinity", "-Infinity".
void AppendJsonNumber(double value, std::string& out);
// Appends a JSON string; invalid UTF-8 becomes U+FFFD, non-ASCII stays.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace stepscope
