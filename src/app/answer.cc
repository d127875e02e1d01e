#include "app/answer.h"

namespace stepscope {

Result<int> Answer(const Command& command, const AnswerOptions& options, Output& output) {
  return command.subcommand == Subcommand::kInspect ? Inspect(command, options, output)
                                                    : Query(command, options, output);
}

}  // namespace stepscope
