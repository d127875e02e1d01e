// stepscope LOGDIR, stepscope inspect LOGDIR, stepscope query LOGDIR, stepscope-data-server
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "app/answer.h"
#include "app/data_server.h"
#include "app/flags.h"
#include "app/output.h"
#include "app/serve.h"
#include "app/terminal.h"
#include "base/log.h"
#include "plugin/plugin.h"
#include "server/assets.h"

namespace stepscope {
namespace {

int Fail(const Error& error, int exit_code) {
  std::fprintf(stderr, "stepscope: %s\n", Printable(error.message).c_str());
  return exit_code;
}

int Run(const Command& command) {
  if (command.subcommand == Subcommand::kServe) {
    return Serve(command, EmbeddedAssets(), AllPlugins());
  }
  if (command.subcommand == Subcommand::kDataServer) return ServeData(command);
  for (const std::string& notice : command.notices) LogWarning(notice);
  std::signal(SIGPIPE, SIG_IGN);  // Output says when nobody reads any more.
  Output output(STDOUT_FILENO);
  const AnswerOptions options = {.terminal = Terminal::OfStdout(),
                                 .shows_progress = isatty(STDERR_FILENO) != 0};
  const auto exit_code = Answer(command, options, output);
  if (exit_code) return *exit_code;
  // As after `stepscope query ... | head`, which is how people look.
  if (exit_code.error().code == Code::kCancelled) return EXIT_SUCCESS;
  return Fail(exit_code.error(), kExitFailed);
}

}  // namespace
}  // namespace stepscope

int main(int argc, char** argv) {
  std::vector<std::string_view> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (argc > 0 && stepscope::IsDataServerName(argv[0])) {
    arguments.insert(arguments.begin(), "data-server");
  }
  const auto command = stepscope::ParseCommand(arguments);
  if (!command) {
    const bool is_conflict = command.error().code == stepscope::Code::kFailedPrecondition;
    return stepscope::Fail(command.error(), is_conflict ? 1 : 2);
  }
  switch (command->action) {
    case stepscope::Action::kHelp:
      std::fputs(stepscope::HelpText(command->subcommand).c_str(), stdout);
      return EXIT_SUCCESS;
    case stepscope::Action::kVersion:
      std::printf("%s\n", STEPSCOPE_VERSION);
      return EXIT_SUCCESS;
    case stepscope::Action::kRun:
      return stepscope::Run(*command);
  }
  return EXIT_FAILURE;
}
