#include "app/answer.h"

namespace stepscope {

Result<int> Answer(const Command& command, const AnswerOptions& options, Output& output) {
  return Inspect(command, options, output);
}

}  // namespace stepscope
