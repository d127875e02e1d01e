#include "server/natural_order.h"

#include <cstddef>
#include <cstdint>

namespace stepscope {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

uint8_t Fold(char c) { return static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

// The digits at text[at], without leading zeros; moves `at` behind them.
std::string_view TakeNumber(std::string_view text, size_t& at) {
  while (at < text.size() && text[at] == '0') ++at;
  const size_t begin = at;
  while (at < text.size() && IsDigit(text[at])) ++at;
  return text.substr(begin, at - begin);
}

}  // namespace

bool NaturalLess(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (IsDigit(a[i]) && IsDigit(b[j])) {
      const std::string_view left = TakeNumber(a, i);
      const std::string_view right = TakeNumber(b, j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
      continue;
    }
    const uint8_t left = Fold(a[i++]);
    const uint8_t right = Fold(b[j++]);
    if (left != right) return left < right;
  }
  const bool a_ended = i == a.size();
  const bool b_ended = j == b.size();
  if (a_ended != b_ended) return a_ended;
  return a < b;
}

}  // namespace stepscope
