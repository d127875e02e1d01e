#include "server/name_filter.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/strings.h"

namespace stepscope {
namespace {

// RE2 is linear in the text, but times the program: these two keep the worst expression over one
// name to some milliseconds, between which TimedFilter looks at the clock. A typed filter compiles
// to some tens of instructions.
constexpr size_t kMaxFilterBytes = 1000;
constexpr int kMaxProgramSize = 1000;

}  // namespace

Result<NameFilter> NameFilter::Parse(std::string_view text) {
  NameFilter filter;
  if (text.empty()) return filter;
  if (text.size() > kMaxFilterBytes) {
    return Error{Code::kInvalidArgument, "the filter is longer than 1,000 bytes"};
  }
  re2::RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_never_capture(true);
  const bool is_expression = text.size() >= 2 && text.front() == '/' && text.back() == '/';
  options.set_literal(!is_expression);
  if (is_expression) text = text.substr(1, text.size() - 2);

  auto expression = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!expression->ok()) {
    std::string message = "the filter's regular expression is wrong: " + expression->error();
    const size_t at = text.find(expression->error_arg());
    if (!expression->error_arg().empty() && at != std::string_view::npos) {
      message += " at character " + std::to_string(at + 1);
    }
    return Error{Code::kInvalidArgument, std::move(message)};
  }
  if (expression->ProgramSize() > kMaxProgramSize) {
    return Error{Code::kInvalidArgument, "the filter's regular expression is too large"};
  }
  const auto is_ascii = [](char c) { return static_cast<uint8_t>(c) < 128; };
  if (!is_expression && std::ranges::all_of(text, is_ascii)) filter.folded_text_ = AsciiLower(text);
  filter.expression_ = std::move(expression);
  return filter;
}

bool NameFilter::Matches(std::string_view name) const {
  name = name.substr(0, kMaxNameBytes);
  return matches_all() || expression_->Match(re2::StringPiece(name.data(), name.size()), 0,
                                             name.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

Result<bool> TimedFilter::Matches(std::string_view name) {
  if (filter_.matches_all()) return true;
  if (bytes_to_look_ <= name.size()) {
    bytes_to_look_ = kBytesBetweenLooks;
    if (clock_.Monotonic() - start_ > kMaxTime) {
      return Error{Code::kInvalidArgument,
                   "the filter takes too long over all these names; use a simpler one"};
    }
  } else {
    bytes_to_look_ -= name.size();
  }
  return filter_.Matches(name);
}

}  // namespace stepscope
