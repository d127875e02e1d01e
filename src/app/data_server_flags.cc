// The flags of `stepscope-data-server`, which are those of TensorBoard's data server.
#include <optional>

#include "app/flag_table.h"
#include "base/strings.h"

namespace stepscope {
namespace {

Status SetDataLogdir(std::string_view value, Command& command) {
  command.data_server.logdir = value;
  command.server.logdir = value;
  command.logdir_path = ExpandHome(value);
  return Status();
}

Status SetDataHost(std::string_view value, Command& command) {
  command.data_server.host = value;
  return Status();
}

Status SetDataPort(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const int64_t port, ParseWhole(value, 0, 65535));
  command.data_server.port = static_cast<uint16_t>(port);
  return Status();
}

Status SetReload(std::string_view value, Command& command) {
  if (value == "once") {
    command.reload_interval_s = 0;
    return Status();
  }
  constexpr int64_t kMaxReloadSeconds = int64_t{1} << 31;
  ASSIGN_OR_RETURN(const int64_t seconds, ParseWhole(value, 0, kMaxReloadSeconds));
  // TensorBoard cuts off what is behind the point, and 0.5 does not mean once.
  command.reload_interval_s = seconds == 0 ? 1 : static_cast<double>(seconds);
  return Status();
}

Status SetPortFile(std::string_view value, Command& command) {
  command.data_server.port_file = value;
  return Status();
}

Status SetErrorFile(std::string_view value, Command& command) {
  command.data_server.error_file = value;
  return Status();
}

Status SetMaxSamples(std::string_view value, Command& command) {
  for (const std::string_view part : Split(value, ',')) {
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view count = part.substr(std::min(equals + 1, part.size()));
    if (count == "all") {
      command.data_server.max_samples.erase(std::string(part.substr(0, equals)));
      continue;
    }
    const std::optional<int64_t> samples = ParseInt64(count);
    if (!samples || *samples < 0) return BadFlag("must look like scalars=500,images=all");
    command.data_server.max_samples[std::string(part.substr(0, equals))] =
        static_cast<uint64_t>(*samples);
  }
  return Status();
}

Status SetDiesAfterStdin(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(command.data_server.dies_after_stdin, ParseBool(value));
  return Status();
}

constexpr Flag kFlags[] = {
    {"logdir", "DIR", "The directory to read, with everything below it.", SetDataLogdir},
    {"host", "NAME", "The name or address to listen on. Default: localhost.", SetDataHost},
    {"port", "N", "Default: 6806. 0 takes any free one.", SetDataPort},
    {"port-file", "FILE", "Write the port into this file, with a line end behind it.", SetPortFile},
    {"error-file", "FILE", "Write why it could not start into this file.", SetErrorFile},
    {"reload", "SECONDS",
     "How often to look for new data where the system cannot tell us of it; once: load and stop "
     "looking. Default: 5.",
     SetReload},
    {"samples-per-plugin", "LIST",
     "How many points of a series to answer with at most: scalars=500,images=all. Default: all.",
     SetMaxSamples},
    {"die-after-stdin", "", "End when standard input does.", SetDiesAfterStdin},
};

constexpr IgnoredFlag kIgnored[] = {
    {"checksum", true, "every record is checked"},
    {"no-checksum", true, "every record is checked"},
    {"verbose", true, "there is nothing more to say"},
};

constexpr FlagGroup kGroup = {"As TensorBoard's data server", kFlags};
constexpr const FlagGroup* kGroups[] = {&kGroup, &kReadingFlags, &kHelpFlags};

constexpr std::string_view kHead =
    "Serves a log directory to TensorBoard over gRPC, in the place of TensorBoard's own\n"
    "data server. TensorBoard starts it:\n"
    "\n"
    "  TENSORBOARD_DATA_SERVER_BINARY=$(which stepscope-data-server) \\\n"
    "    tensorboard --logdir ~/runs --load_fast=true\n"
    "\n"
    "usage: stepscope-data-server --logdir DIR [flags]\n";

constexpr std::string_view kFoot =
    "Exit codes: 2 the command line is wrong; 8 DIR is nothing that could be read; 9 the\n"
    "port cannot be had; 1 something else failed.\n";

}  // namespace

constinit const FlagPage kDataServerPage = {.subcommand = Subcommand::kDataServer,
                                            .name = "data-server",
                                            .head = kHead,
                                            .groups = kGroups,
                                            .ignored = kIgnored,
                                            .foot = kFoot};

}  // namespace stepscope
