#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <cwchar>
#include <vector>

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr std::string_view kEllipsis = "…";

// The code point at the start of valid UTF-8, and its length in bytes.
struct Character {
  char32_t code = 0;
  size_t bytes = 1;
};

Character FirstCharacter(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto rest = [&](size_t i) { return char32_t{byte(i)} & 0x3F; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(char32_t{lead} & 0x1F) << 6 | rest(1), 2};
  if (lead < 0xF0) return {(char32_t{lead} & 0x0F) << 12 | rest(1) << 6 | rest(2), 3};
  return {(char32_t{lead} & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 4};
}

// Controls, and the invisible characters that turn or join what stands around them.
bool IsDangerous(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

// The C library knows widths, but only in a locale that has the characters.
size_t WidthOf(char32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x7F || utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : static_cast<size_t>(width);
}

}  // namespace

Terminal Terminal::OfStdout() {
  Terminal terminal;
  if (isatty(STDOUT_FILENO) == 0) return terminal;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.columns = size.ws_col;
  if (const char* const columns = std::getenv("COLUMNS")) {
    const auto given = ParseInt64(columns);
    if (given && *given > 0) terminal.columns = static_cast<size_t>(*given);
  }
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  terminal.has_colours = (no_color == nullptr || *no_color == '\0') && kind != nullptr &&
                         std::string_view(kind) != "dumb";
  return terminal;
}

std::string Styled(std::string_view text, Style style, const Terminal& terminal) {
  constexpr std::string_view kCodes[] = {"", "1", "2", "31", "33"};
  if (!terminal.has_colours || style == Style::kPlain) return std::string(text);
  std::string styled = "\x1b[";
  styled.append(kCodes[static_cast<size_t>(style)]).append("m").append(text).append("\x1b[0m");
  return styled;
}

std::string Printable(std::string_view text) {
  const std::string valid = ToValidUtf8(text);
  std::string shown;
  for (std::string_view rest = valid; !rest.empty();) {
    const Character character = FirstCharacter(rest);
    if (IsDangerous(character.code)) {
      char escape[16];
      const auto code = static_cast<unsigned>(character.code);
      std::snprintf(escape, sizeof(escape), code < 0x100 ? "\\x%02x" : "\\u%04x", code);
      shown += escape;
    } else {
      shown += rest.substr(0, character.bytes);
    }
    rest.remove_prefix(character.bytes);
  }
  return shown;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    width += WidthOf(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string Shortened(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  const size_t head_width = width / 2;  // With the ellipsis, the tail has the rest.
  const size_t tail_width = width - head_width - 1;
  std::string shortened;
  size_t used = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Character character = FirstCharacter(rest);
    if (used + WidthOf(character.code) > head_width) break;
    used += WidthOf(character.code);
    shortened += rest.substr(0, character.bytes);
    rest.remove_prefix(character.bytes);
  }
  while (DisplayWidth(rest) > tail_width) rest.remove_prefix(FirstCharacter(rest).bytes);
  return shortened.append(kEllipsis).append(rest);
}

std::string WithThousands(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string HumanBytes(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes);
  size_t unit = 0;
  // 999.5 would be printed as 1000.
  for (; amount >= 999.5 && unit + 1 < std::size(kUnits); ++unit) amount /= 1000;
  char text[32];
  std::snprintf(text, sizeof(text), amount < 9.95 ? "%.1f" : "%.0f", amount);
  return std::string(text) + ' ' + std::string(kUnits[unit]);
}

std::string UtcTime(double seconds_since_epoch) {
  constexpr double kEndOfYear9999 = 253402300800;
  if (!(seconds_since_epoch >= -62135596800.0 && seconds_since_epoch < kEndOfYear9999)) return "-";
  const auto seconds = static_cast<time_t>(std::floor(seconds_since_epoch));
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace stepscope
