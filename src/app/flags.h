// The command line. Names and defaults are TensorBoard's where both have one (http-api.md 1.4).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/plugin.h"
#include "server/bind.h"
#include "wire/record_reader.h"

namespace stepscope {

enum class Action : uint8_t { kServe, kHelp, kVersion };

struct Command {
  Action action = Action::kServe;
  std::string logdir_path;  // server.logdir with '~' expanded; may not exist yet.
  ServerOptions server;
  ListenOptions listen;
  std::vector<std::string> allowed_hosts;  // "name" or "name:port".
  std::string allow_embedding;             // Origins, with spaces between them.
  bool no_auth = false;
  double reload_interval_s = 5;
  size_t max_reload_threads = 0;  // 0: as many as the machine has.
  uint64_t max_record_bytes = RecordReader::kDefaultMaxBufferedBytes;
  std::vector<std::string> notices;  // For stderr: flags that were accepted and do nothing.
};

// `arguments` without the program's name. INVALID_ARGUMENT: a bad flag or value (exit code 2);
// FAILED_PRECONDITION: flags that exclude each other (exit code 1).
Result<Command> ParseCommand(std::span<const std::string_view> arguments);

std::string HelpText();

// "~" and "~/x" in the home directory; everything else as it is.
std::string ExpandHome(std::string_view path);

}  // namespace stepscope
