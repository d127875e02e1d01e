#include "base/log.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace stepscope {
namespace {

// One write(2) a line, so that lines of several threads never mix.
void WriteLine(std::string_view level, std::string_view line) {
  std::string text;
  text.reserve(level.size() + line.size() + 2);
  text.append(level).append(" ");
  for (const char c : line) text.push_back(c == '\n' || c == '\r' ? ' ' : c);
  text.push_back('\n');
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void LogInfo(std::string_view line) { WriteLine("info", line); }
void LogWarning(std::string_view line) { WriteLine("warning", line); }
void LogError(std::string_view line) { WriteLine("error", line); }

}  // namespace stepscope
