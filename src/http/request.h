// One HTTP request as handlers see it: parsed, bounded and without a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/job.h"

namespace stepscope {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kOther };

struct Request {
  Method method = Method::kGet;
  std::string path;  // Decoded, absolute, without the path prefix and without /experiment/<id>.
  std::vector<std::pair<std::string, std::string>> query;    // Decoded ('+' is a space), in order.
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;
  std::stop_token stop;      // Requested when nobody waits for the answer any more.
  std::shared_ptr<Job> job;  // Null where nobody asks how far it is, and it may take any time.

  // The first value of that name.
  std::optional<std::string_view> Query(std::string_view name) const;
  std::vector<std::string_view> QueryAll(std::string_view name) const;
  std::optional<std::string_view> Header(std::string_view name) const;  // `name` in lower case.
  // Query parameters with a type: INVALID_ARGUMENT with a sentence when it is not one.
  Result<int64_t> QueryInt(std::string_view name, int64_t fallback, int64_t low,
                           int64_t high) const;
  Status CheckWanted() const;  // CANCELLED when nobody waits any more: for long work, now and then.
  // To be called once before work of `units` begins. An error is to be handed back at once: the
  // handler is then called again, on a thread that has the time.
  Status Announce(std::chrono::nanoseconds estimate, uint64_t units) const;
  bool WantsJson() const;  // Accept names JSON before our columns, or does not name our columns.
};

// "/a%20b?x=1+2" -> path and query. INVALID_ARGUMENT for bad escapes, NUL bytes, and paths with
// "." or ".." segments, encoded or not.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};
Result<Target> ParseTarget(std::string_view target);

// Form fields of a POST: application/x-www-form-urlencoded and multipart/form-data; other content
// types have no fields.
Result<std::vector<std::pair<std::string, std::string>>> ParseForm(const Request& request);

}  // namespace stepscope
