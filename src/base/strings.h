// Small text helpers that the standard library lacks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stepscope {

// "a,,b" split at ',' gives {"a", "", "b"}; "" gives {""}.
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string_view StripWhitespace(std::string_view text);
std::string AsciiLower(std::string_view text);

// Whole-text parsers: nothing when a byte is left over or the value does not fit.
std::optional<int64_t> ParseInt64(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// The shortest text that reads back as the same double, as Python's repr writes it: "0.1", "1e-07",
// "5.0", "nan", "inf".
std::string FormatDouble(double value);
void AppendDouble(double value, std::string& out);  // The same, for many.

// A valid UTF-8 copy: each invalid byte becomes U+FFFD.
std::string ToValidUtf8(std::string_view bytes);
// The same for names that must stay different from each other: each invalid byte, and each byte of
// a U+FFFD that is there already, becomes U+FFFD and two hexadecimal digits.
std::string EscapeInvalidUtf8(std::string_view bytes);

// The edit distance, for "did you mean" (bounded by the lengths of flag names).
int EditDistance(std::string_view a, std::string_view b);

}  // namespace stepscope
