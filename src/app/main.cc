// stepscope LOGDIR
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "app/flags.h"
#include "app/serve.h"
#include "plugin/plugin.h"
#include "server/assets.h"

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto command = stepscope::ParseCommand(arguments);
  if (!command) {
    std::fprintf(stderr, "stepscope: %s\n", command.error().message.c_str());
    return command.error().code == stepscope::Code::kFailedPrecondition ? 1 : 2;
  }
  switch (command->action) {
    case stepscope::Action::kHelp:
      std::fputs(stepscope::HelpText().c_str(), stdout);
      return EXIT_SUCCESS;
    case stepscope::Action::kVersion:
      std::printf("%s\n", STEPSCOPE_VERSION);
      return EXIT_SUCCESS;
    case stepscope::Action::kServe:
      return stepscope::Serve(*command, stepscope::EmbeddedAssets(), stepscope::AllPlugins());
  }
  return EXIT_FAILURE;
}
