// Regular expressions of users and clients, for the routes where TensorBoard takes Python's. They
// are RE2's, whose time is linear in the text: without lookaround and backreferences, and with \d
// and \w for ASCII alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <re2/re2.h>

#include "base/clock.h"
#include "base/result.h"

namespace stepscope {

// One for each request. Not thread-safe.
class UserPattern {
 public:
  // A chart's expressions arrive as one, joined; hundreds of tags fit.
  static constexpr size_t kMaxBytes = 32 * 1024;
  // Of all matches of one request. A hundred thousand tags take some ten milliseconds.
  static constexpr std::chrono::seconds kMaxTime{2};

  enum class Where : uint8_t { kAtStart, kAnywhere };  // Python's re.match and re.search.

  // INVALID_ARGUMENT with a sentence: it is too long, or no expression. `clock` must outlive it.
  static Result<UserPattern> Parse(std::string_view text, const Clock& clock);

  // RESOURCE_EXHAUSTED: all these texts together took too long.
  Result<bool> Matches(std::string_view text, Where where);

 private:
  UserPattern(std::unique_ptr<re2::RE2> expression, const Clock& clock);

  std::unique_ptr<re2::RE2> expression_;
  const Clock* clock_;
  std::chrono::nanoseconds start_;
  uint64_t work_until_look_ = 0;  // Of the program, in bytes times instructions.
};

}  // namespace stepscope
