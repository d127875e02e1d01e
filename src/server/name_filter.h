// The filter boxes of the page: text anywhere in a name, or /a regular expression/, in any case.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <re2/re2.h>

#include "base/result.h"

namespace stepscope {

class NameFilter {
 public:
  // "" matches everything. INVALID_ARGUMENT says what is wrong with an expression, and where.
  static Result<NameFilter> Parse(std::string_view text);

  bool Matches(std::string_view name) const;
  bool matches_all() const { return expression_ == nullptr; }

 private:
  std::unique_ptr<re2::RE2> expression_;
};

}  // namespace stepscope
