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

// The digits of a fraction whose point is text[at]: none unless there are some. Moves `at` behind.
std::string_view TakeFraction(std::string_view text, size_t& at) {
  if (at + 1 >= text.size() || text[at] != '.' || !IsDigit(text[at + 1])) return {};
  const size_t begin = ++at;
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
      // What follows "0." is a fraction: lr=0.01 stands before lr=0.1. Elsewhere it may as well be
      // a version, where 1.9 stands before 1.10.
      if (!left.empty()) continue;
      const std::string_view left_fraction = TakeFraction(a, i);
      const std::string_view right_fraction = TakeFraction(b, j);
      if (left_fraction != right_fraction) return left_fraction < right_fraction;
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
