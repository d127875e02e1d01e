// The filter boxes of the page: text anywhere in a name, or /a regular expression/, in any case.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
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
  // The text that is looked for, in lower case, where it is ASCII: then comparing bytes does what
  // Matches does, but for the two letters outside of ASCII (the Kelvin sign, the long s) that count
  // as a k and an s there. Else empty.
  std::string_view folded_text() const { return folded_text_; }

 private:
  std::string folded_text_;
  std::unique_ptr<re2::RE2> expression_;
};

// A filter at work on the names of one request, for a limited time: there are short expressions
// that take RE2 a microsecond for each byte. The clock is looked at once in so many bytes.
class TimedFilter {
 public:
  static constexpr std::chrono::nanoseconds kMaxTime = std::chrono::seconds(1);
  static constexpr size_t kBytesBetweenLooks = 1024;

  // Both must outlive this.
  TimedFilter(const NameFilter& filter, const Clock& clock)
      : filter_(filter), clock_(clock), start_(clock.Monotonic()) {}

  // INVALID_ARGUMENT when the time is up.
  Result<bool> Matches(std::string_view name);

 private:
  const NameFilter& filter_;
  const Clock& clock_;
  size_t bytes_to_look_ = 0;
  const std::chrono::nanoseconds start_;
};

}  // namespace stepscope
