// The text of a golden test: what to do, in order, and what each question is answered with.
//
//   # A comment.
//   events train file=1            A block: indented lines belong to it.
//     scalar loss 0..3 = 1.0
//   post /api/scalars/series {"series": [["train", "loss"]]}
//   ----                           The answer, up to an empty line or the end.
//   {"step": [0, 1, 2, 3]}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stepscope {

struct GoldenStep {
  size_t line = 0;                // Of its first line, from 1.
  std::string text;               // The first line.
  std::vector<std::string> body;  // The indented lines below it, without blanks around them.
  bool is_question = false;       // Followed by "----".
  std::string answer;             // Lines, each with '\n'.
};

// INVALID_ARGUMENT for indented lines and answers that belong to nothing.
Result<std::vector<GoldenStep>> ParseGoldenFile(std::string_view text);

// The same text with other answers: one for each question, in order.
std::string ReplaceGoldenAnswers(std::string_view text, const std::vector<std::string>& answers);

}  // namespace stepscope
