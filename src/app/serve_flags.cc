// The flags of `stepscope serve`.
#include <algorithm>
#include <cmath>
#include <optional>

#include "app/flag_table.h"
#include "base/strings.h"
#include "http/request.h"
#include "server/auth.h"

namespace stepscope {
namespace {

Status SetHost(std::string_view value, Command& command) {
  command.listen.host = value;
  return Status();
}

Status SetBindAll(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(command.listen.bind_all, ParseBool(value));
  return Status();
}

Status SetPort(std::string_view value, Command& command) {
  if (value == "default") {
    command.listen.port.reset();
    return Status();
  }
  ASSIGN_OR_RETURN(const int64_t port, ParseWhole(value, 0, 65535));
  command.listen.port = static_cast<uint16_t>(port);
  return Status();
}

Status SetPathPrefix(std::string_view value, Command& command) {
  while (value.ends_with('/')) value.remove_suffix(1);
  const auto target = ParseTarget(value);
  if (!value.empty() && (!target || target->path != value || value.find("//") != value.npos)) {
    return BadFlag("must be a plain path that begins with '/'");
  }
  command.server.path_prefix = value;
  return Status();
}

Status SetWindowTitle(std::string_view value, Command& command) {
  command.server.window_title = value;
  return Status();
}

Status SetAllowedHosts(std::string_view value, Command& command) {
  for (const std::string_view part : Split(value, ',')) {
    const std::string_view host = StripWhitespace(part);
    if (host.empty()) continue;
    if (!ParseHostPort(host) && !IsIpAddress(host)) {
      return BadFlag("must be host names, with commas between them; '" + std::string(host) +
                     "' is none");
    }
    command.allowed_hosts.emplace_back(host);
  }
  return Status();
}

Status SetAllowEmbedding(std::string_view value, Command& command) {
  for (const std::string_view part : Split(value, ',')) {
    const std::string_view origin = StripWhitespace(part);
    const size_t scheme_end = std::min(origin.find("://"), origin.size());
    const std::string_view scheme = origin.substr(0, scheme_end);
    const std::string_view host = origin.substr(std::min(scheme_end + 3, origin.size()));
    if ((scheme != "http" && scheme != "https") || !ParseHostPort(host)) {
      return BadFlag("must be origins like http://localhost:8888, with commas between them");
    }
    if (!command.allow_embedding.empty()) command.allow_embedding += ' ';
    command.allow_embedding += origin;
  }
  return Status();
}

Status SetNoAuth(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(command.no_auth, ParseBool(value));
  return Status();
}

Status SetIndexDir(std::string_view value, Command& command) {
  if (value.empty()) return BadFlag("must name a directory, or be none");
  command.has_index = value != "none";
  command.index_dir = command.has_index ? ExpandHome(value) : "";
  return Status();
}

Status SetReloadInterval(std::string_view value, Command& command) {
  const auto seconds = ParseDouble(value);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0) {
    return BadFlag("must be a number of seconds, 0 or more");
  }
  command.reload_interval_s = *seconds;
  return Status();
}

Status SetSamplesPerPlugin(std::string_view value, Command& command) {
  command.server.samples_per_plugin.clear();
  for (const std::string_view part : Split(value, ',')) {
    if (StripWhitespace(part).empty()) continue;
    const size_t equals = part.find('=');
    const auto samples =
        equals == std::string_view::npos ? std::nullopt : ParseInt64(part.substr(equals + 1));
    if (!samples || *samples < 0) return BadFlag("must look like scalars=500,images=0");
    command.server.samples_per_plugin.emplace_back(StripWhitespace(part.substr(0, equals)),
                                                   static_cast<uint64_t>(*samples));
  }
  return Status();
}

Status SetGrpcPort(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const int64_t port, ParseWhole(value, 0, 65535));
  command.grpc_port = static_cast<uint16_t>(port);
  return Status();
}

Status SetTensorBoardPlugins(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(command.has_tensorboard_plugins, ParseBool(value));
  return Status();
}

Status SetPython(std::string_view value, Command& command) {
  if (value.empty()) return BadFlag("must name a program");
  command.python = ExpandHome(value);
  return Status();
}

Status AskInspect(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const bool inspects, ParseBool(value));
  command.subcommand = inspects ? Subcommand::kInspect : Subcommand::kServe;
  return Status();
}

Status SetLogdirSpec(std::string_view value, Command& command) {
  const bool is_plain =
      value.find(',') == value.npos && (value.starts_with('/') || value.find(':') == value.npos);
  if (is_plain) return SetLogdir(value, command);  // Its runs have no name before theirs.
  ASSIGN_OR_RETURN(command.logdir_spec, ParseLogdirSpec(value));
  command.server.logdir = value;
  return Status();
}

constexpr Flag kDataFlags[] = {
    {"logdir", "DIR",
     "The directory whose event files are shown, with everything below it. It may "
     "come into being later. The same as a bare LOGDIR.",
     SetLogdir},
    {"logdir_spec", "LIST",
     "Several directories instead, with names that their runs' names begin with: "
     "old:/data/a,new:/data/b.",
     SetLogdirSpec},
    {"index_dir", "DIR",
     "Where to keep what was read, so that the next start is quick; it can be deleted at any time, "
     "and takes at most 2 GiB. none: nowhere. Default: stepscope in $XDG_CACHE_HOME or ~/.cache.",
     SetIndexDir},
    {"reload_interval", "SECONDS",
     "How often to look for new data where the system cannot tell us "
     "of it; 0 loads once and stops looking. Default: 5.",
     SetReloadInterval},
};

constexpr Flag kServerFlags[] = {
    {"host", "NAME",
     "The name or address to listen on. Default: localhost, over IPv4 and IPv6. "
     "Anything that the network can reach asks for a token.",
     SetHost},
    {"bind_all", "", "Listen on every address of this machine, with a token.", SetBindAll},
    {"port", "N", "Default: the first free one from 6006 to 6105. 0 takes any free one.", SetPort},
    {"path_prefix", "PATH", "Serve everything below this path, as behind a proxy: /runs.",
     SetPathPrefix},
    {"window_title", "TEXT", "The title of the browser's window.", SetWindowTitle},
};

constexpr Flag kAccessFlags[] = {
    {"allowed_hosts", "NAMES",
     "Names under which browsers may also come to this server, such as "
     "that of a reverse proxy, with commas between them.",
     SetAllowedHosts},
    {"allow_embedding", "ORIGINS",
     "Pages that may show ours in a frame, such as a notebook's: "
     "http://localhost:8888.",
     SetAllowEmbedding},
    {"no_auth", "", "Ask for no token, whoever can reach the port.", SetNoAuth},
};

constexpr Flag kCompatFlags[] = {
    {"samples_per_plugin", "LIST",
     "How many points of a series TensorBoard's own routes (/data/...) "
     "answer with: scalars=500,images=0; 0 is all. Our page always works on every point.",
     SetSamplesPerPlugin},
    {"grpc_port", "N",
     "Also serve TensorBoard's gRPC data provider, to this machine only, for tensorboard "
     "--grpc_data_provider=localhost:N. 0 takes any free port and prints it.",
     SetGrpcPort},
    {"tensorboard_plugins", "",
     "Also show the Python plugins that are installed beside your tensorboard, which is started "
     "for them.",
     SetTensorBoardPlugins},
    {"python", "PROGRAM",
     "The Python whose tensorboard that is. Default: that of the active environment, else python3.",
     SetPython},
};

constexpr IgnoredFlag kIgnoredFlags[] = {
    {"load_fast", false, "there is one way to load, and it is fast"},
    {"extra_data_server_flags", false, "there is no separate data server"},
    {"grpc_data_provider", false, "the event files are read directly"},
    {"grpc_creds_type", false, "the event files are read directly"},
    {"reload_multifile", false, "all files of a run are always followed"},
    {"reload_multifile_inactive_secs", false, "all files of a run are always followed"},
    {"reload_task", false, "loading always runs beside the server"},
    {"purge_orphaned_data", false, "points of a restarted job are hidden, not lost"},
    {"detect_file_replacement", false, "replaced files are always detected"},
    {"generic_data", false, "it has no effect in TensorBoard either"},
    {"db", false, "it has no effect in TensorBoard either"},
    {"db_import", true, "it has no effect in TensorBoard either"},
    {"reuse_port", false, "one server owns its port"},
};

constexpr Flag kInspectFlags[] = {
    {"inspect", "", "Say what the files hold and end, as `stepscope inspect` does.", AskInspect},
    {"event_file", "FILE", "With --inspect: only this file.", SetLogdir},
    {"tag", "NAME", "With --inspect: only this tag.", SetExactTag},
};

constexpr FlagGroup kData = {"Data", kDataFlags};
constexpr FlagGroup kServer = {"Server", kServerFlags};
constexpr FlagGroup kAccess = {"Who may come in", kAccessFlags};
constexpr FlagGroup kCompat = {"For clients of TensorBoard", kCompatFlags};
constexpr FlagGroup kInspect = {"As tensorboard --inspect", kInspectFlags};

constexpr const FlagGroup* kGroups[] = {&kData,   &kReadingFlags, &kServer,   &kAccess,
                                        &kCompat, &kInspect,      &kHelpFlags};

constexpr std::string_view kHead =
    "Stepscope shows what training jobs log: TensorBoard event files, live, in the\n"
    "browser. The files are only read.\n"
    "\n"
    "usage: stepscope [serve] LOGDIR [flags]\n"
    "       stepscope --logdir DIR [flags]\n"
    "       stepscope inspect LOGDIR [flags]    what is there and what is damaged\n"
    "       stepscope query LOGDIR [flags]      values, as CSV, JSON or Arrow\n"
    "\n"
    "examples:\n"
    "  stepscope ~/runs                       and open the address that it prints\n"
    "  stepscope ~/runs --port=8080           on a port of your choice\n"
    "  stepscope ~/runs --bind_all            for other machines, with a token\n"
    "  stepscope inspect --help               the flags of another subcommand\n";

constexpr std::string_view kFoot =
    "Flags may be written --flag=value or --flag value. TensorBoard's other flags are\n"
    "accepted and do nothing; a line on stderr says so.\n";

}  // namespace

constinit const FlagPage kServePage = {.subcommand = Subcommand::kServe,
                                       .name = "serve",
                                       .head = kHead,
                                       .groups = kGroups,
                                       .ignored = kIgnoredFlags,
                                       .foot = kFoot};

}  // namespace stepscope
