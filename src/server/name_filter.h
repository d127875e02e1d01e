// The filter boxes of the page: text anywhere in a name, or /a regular expression/, in any case.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include <re2/re2.h>

#include "base/clock.h"
#include "base/result.h"

namespace stepscope {

class NameFilter {
 public:
  // Only the beginning of a longer name is looked at.
  static constexpr size_t kMaxNameBytes = 1024;

  // "" matches everything. INVALID_ARGUMENT says what is wrong with an expression, and where.
  static Result<NameFilter> Parse(std::string_view text);

  bool Matches(std::string_view name) const;
  bool matches_all() const { return expression_ == nullptr; }

 private:
  std::unique_ptr<re2::RE2> expression_;
};

// A filter at work on the names of one request, for a limited time: there are short expressions
// that take RE2 a microsecond for each byte.
class TimedFilter {
 public:
  static constexpr std::chrono::nanoseconds kMaxTime = std::chrono::seconds(1);

  // Both must outlive this.
  TimedFilter(const NameFilter& filter, const Clock& clock)
      : filter_(filter), clock_(clock), start_(clock.Monotonic()) {}

  // INVALID_ARGUMENT when the time is up.
  Result<bool> Matches(std::string_view name) const;

 private:
  const NameFilter& filter_;
  const Clock& clock_;
  const std::chrono::nanoseconds start_;
};

}  // namespace stepscope
