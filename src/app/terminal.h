// Text for people: how wide it is on a screen, and what of it a screen must not be given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stepscope {

struct Terminal {
  size_t columns = 0;  // 0: as wide as it likes, for files and pipes.
  bool has_colours = false;

  static Terminal OfStdout();  // NO_COLOR and COLUMNS are honoured.
};

enum class Style : uint8_t { kPlain, kBold, kDim, kRed, kYellow };

std::string Styled(std::string_view text, Style style, const Terminal& terminal);

// Names come from files: whatever would move the cursor, change colours or turn the direction of
// writing is shown as an escape like \x1b or \u202e, invalid UTF-8 as U+FFFD.
std::string Printable(std::string_view text);

// In columns, of printable text: 2 for wide characters, 0 for combining ones.
size_t DisplayWidth(std::string_view text);

// At most `width` columns of printable text: the middle gives way to "…", since both ends tell
// names apart.
std::string Shortened(std::string_view text, size_t width);

std::string WithThousands(uint64_t number);       // "1,234,567"
std::string HumanBytes(uint64_t bytes);           // "525 MB", in powers of 1,000.
std::string UtcTime(double seconds_since_epoch);  // "2023-11-14 22:13:20"; "-" if it has none.

}  // namespace stepscope
