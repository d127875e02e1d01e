#include "plugin/user_pattern.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"

namespace stepscope {
namespace {

// Some milliseconds at worst.
constexpr uint64_t kWorkBetweenLooks = 1 << 20;

// "(?)" switches no flag: no expression of Python's, and a tag's name that a chart put in
// parentheses.
bool HasEmptyFlags(std::string_view text) {
  bool is_class = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (is_class) {
      is_class = text[i] != ']';
    } else if (text[i] == '[') {
      is_class = true;
      const size_t first = i + (text.substr(i + 1).starts_with('^') ? 2 : 1);
      if (text.substr(std::min(first, text.size())).starts_with(']')) i = first;
    } else if (text.substr(i).starts_with("(?)")) {
      return true;
    }
  }
  return false;
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

UserPattern::UserPattern(std::unique_ptr<re2::RE2> expression, const Clock& clock)
    : expression_(std::move(expression)), clock_(&clock), start_(clock.Monotonic()) {}

Result<UserPattern> UserPattern::Parse(std::string_view text, const Clock& clock) {
  if (text.size() > kMaxBytes) {
    return Error{Code::kInvalidArgument,
                 "the regular expression is longer than " + std::to_string(kMaxBytes) + " bytes"};
  }
  if (HasEmptyFlags(text)) {
    return Error{Code::kInvalidArgument, "the regular expression is wrong: missing flags: (?)"};
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  auto expression = std::make_unique<re2::RE2>(Piece(text), options);
  if (!expression->ok()) {
    return Error{Code::kInvalidArgument,
                 "the regular expression is wrong: " + ToValidUtf8(expression->error())};
  }
  return UserPattern(std::move(expression), clock);
}

Result<bool> UserPattern::Matches(std::string_view text, Where where) {
  const uint64_t work = (text.size() + 1) * static_cast<uint64_t>(expression_->ProgramSize());
  if (work > work_until_look_) {
    work_until_look_ = kWorkBetweenLooks;
    if (clock_->Monotonic() - start_ > kMaxTime) {
      return Error{Code::kResourceExhausted,
                   "the regular expression takes too long over all these texts; use a simpler one"};
    }
  } else {
    work_until_look_ -= work;
  }
  const auto anchor = where == Where::kAtStart ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED;
  return expression_->Match(Piece(text), 0, text.size(), anchor, nullptr, 0);
}

}  // namespace stepscope
