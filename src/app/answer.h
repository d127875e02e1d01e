// The subcommands that read a log directory once, answer and end.
#pragma once

#include "app/flags.h"
#include "app/output.h"
#include "app/terminal.h"
#include "base/result.h"

namespace stepscope {

// Exit codes; a wrong command line is 2.
inline constexpr int kExitFailed = 1;
inline constexpr int kExitDamaged = 3;  // Only with --strict.

// How the answer is shown and what is said while it is made.
struct AnswerOptions {
  Terminal terminal;
  bool shows_progress = false;  // On stderr.
};

// Runs inspect or query and returns the exit code. CANCELLED when nobody reads the answer any more.
Result<int> Answer(const Command& command, const AnswerOptions& options, Output& output);

Result<int> Inspect(const Command& command, const AnswerOptions& options, Output& output);
Result<int> Query(const Command& command, const AnswerOptions& options, Output& output);

}  // namespace stepscope
