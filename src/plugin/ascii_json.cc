#include "plugin/ascii_json.h"

#include <cstddef>
#include <cstdint>

namespace stepscope {
namespace {

void AppendUnicodeEscape(uint32_t unit, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (const int shift : {12, 8, 4, 0}) out += kHex[unit >> shift & 15];
}

}  // namespace

void AppendAsciiJson(std::string_view text, std::string& out) {
  out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f";
    constexpr std::string_view kLetters = "\"\\nrtbf";
    if (const size_t at = kEscaped.find(text[i]); at != std::string_view::npos) {
      out += '\\';
      out += kLetters[at];
    } else if (byte < 0x20 || byte == 0x7f) {
      AppendUnicodeEscape(byte, out);
    } else if (byte < 0x80) {
      out += text[i];
    } else {
      const size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      uint32_t point = byte & (0x3f >> more);
      for (size_t k = 0; k < more; ++k) point = point << 6 | (text[++i] & 0x3f);
      if (point < 0x10000) {
        AppendUnicodeEscape(point, out);
      } else {
        AppendUnicodeEscape(0xd800 + ((point - 0x10000) >> 10), out);
        AppendUnicodeEscape(0xdc00 + ((point - 0x10000) & 0x3ff), out);
      }
    }
  }
  out += '"';
}

}  // namespace stepscope
