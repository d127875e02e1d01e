#include "testing/golden_file.h"

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr std::string_view kAnswerMark = "----";

// Lines without the empty one after the last newline.
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines = Split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

Result<std::vector<GoldenStep>> ParseGoldenFile(std::string_view text) {
  std::vector<GoldenStep> steps;
  bool is_answer = false;
  const std::vector<std::string_view> lines = Lines(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const auto error = [&](const char* message) {
      return Error{Code::kInvalidArgument, "line " + std::to_string(i + 1) + ": " + message};
    };
    if (is_answer) {
      if (line.empty()) {
        is_answer = false;
      } else {
        steps.back().answer.append(line).append("\n");
      }
    } else if (line == kAnswerMark) {
      if (steps.empty() || steps.back().is_question) return error("an answer without a question");
      steps.back().is_question = is_answer = true;
    } else if (StripWhitespace(line).empty() || StripWhitespace(line).starts_with('#')) {
      continue;
    } else if (line.starts_with(' ')) {
      if (steps.empty()) return error("an indented line that belongs to nothing");
      steps.back().body.emplace_back(StripWhitespace(line));
    } else {
      steps.push_back({.line = i + 1, .text = std::string(StripWhitespace(line))});
    }
  }
  return steps;
}

std::string ReplaceGoldenAnswers(std::string_view text, const std::vector<std::string>& answers) {
  std::string out;
  size_t next = 0;
  bool is_answer = false;
  for (const std::string_view line : Lines(text)) {
    if (is_answer && !line.empty()) continue;
    is_answer = false;
    out.append(line).append("\n");
    if (line == kAnswerMark && next < answers.size()) {
      out += answers[next++];
      is_answer = true;
    }
  }
  return out;
}

}  // namespace stepscope
