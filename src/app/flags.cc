#include "app/flags.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "http/request.h"
#include "server/auth.h"

namespace stepscope {
namespace {

constexpr int64_t kMaxReloadThreads = 1024;
constexpr int64_t kMaxRecordBytes = (int64_t{1} << 31) - 1;  // Protobuf's limit for a message.

Error Bad(std::string message) { return Error{Code::kInvalidArgument, std::move(message)}; }

Result<bool> ParseBool(std::string_view text) {
  const std::string lower = AsciiLower(text);
  if (lower == "true" || lower == "1" || lower == "yes") return true;
  if (lower == "false" || lower == "0" || lower == "no") return false;
  return Bad("must be true or false");
}

Result<int64_t> ParseWhole(std::string_view text, int64_t low, int64_t high) {
  const auto value = ParseInt64(text);
  if (!value || *value < low || *value > high) {
    return Bad("must be a whole number from " + std::to_string(low) + " to " +
               std::to_string(high));
  }
  return *value;
}

// ---- What each flag does with its value. Errors go on after "--name=value ".

Status SetLogdir(std::string_view value, Command& command) {
  if (value.empty()) return Bad("must name a directory");
  command.server.logdir = value;
  command.logdir_path = ExpandHome(value);
  return Status();
}

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
    return Bad("must be a plain path that begins with '/'");
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
      return Bad("must be host names, with commas between them; '" + std::string(host) +
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
      return Bad("must be origins like http://localhost:8888, with commas between them");
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

Status SetReloadInterval(std::string_view value, Command& command) {
  const auto seconds = ParseDouble(value);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0) {
    return Bad("must be a number of seconds, 0 or more");
  }
  command.reload_interval_s = *seconds;
  return Status();
}

Status SetMaxReloadThreads(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const int64_t threads, ParseWhole(value, 1, kMaxReloadThreads));
  command.max_reload_threads = static_cast<size_t>(threads);
  return Status();
}

Status SetMaxRecordBytes(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const int64_t bytes, ParseWhole(value, 1, kMaxRecordBytes));
  command.max_record_bytes = static_cast<uint64_t>(bytes);
  return Status();
}

Status SetSamplesPerPlugin(std::string_view value, Command& command) {
  command.server.samples_per_plugin.clear();
  for (const std::string_view part : Split(value, ',')) {
    if (StripWhitespace(part).empty()) continue;
    const size_t equals = part.find('=');
    const auto samples =
        equals == std::string_view::npos ? std::nullopt : ParseInt64(part.substr(equals + 1));
    if (!samples || *samples < 0) return Bad("must look like scalars=500,images=0");
    command.server.samples_per_plugin.emplace_back(StripWhitespace(part.substr(0, equals)),
                                                   static_cast<uint64_t>(*samples));
  }
  return Status();
}

Status AskHelp(std::string_view, Command& command) {
  command.action = Action::kHelp;
  return Status();
}

Status AskVersion(std::string_view, Command& command) {
  command.action = Action::kVersion;
  return Status();
}

// ---- The tables

struct Flag {
  std::string_view name;
  std::string_view value;  // How the help shows it; "" for a switch, which is `true` alone.
  std::string_view help;   // "" for a second name, which the help leaves out.
  Status (*set)(std::string_view value, Command& command);
};

struct Group {
  std::string_view title;
  std::span<const Flag> flags;
};

constexpr Flag kDataFlags[] = {
    {"logdir", "DIR",
     "The directory whose event files are shown, with everything below it. It may "
     "come into being later. The same as a bare LOGDIR.",
     SetLogdir},
    {"reload_interval", "SECONDS",
     "How often to look for new data where the system cannot tell us "
     "of it; 0 loads once and stops looking. Default: 5.",
     SetReloadInterval},
    {"max_reload_threads", "N", "How many runs are read at the same time. Default: all cores.",
     SetMaxReloadThreads},
    {"max_record_bytes", "N",
     "The largest record that is read into memory; larger ones are "
     "counted under problems. Default: 67108864 (64 MiB).",
     SetMaxRecordBytes},
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
};

constexpr Flag kOtherFlags[] = {
    {"help", "", "Show this text.", AskHelp},
    {"version", "", "Show the version.", AskVersion},
    {"helpfull", "", "", AskHelp},
    {"version_tb", "", "", AskVersion},
};

constexpr Group kGroups[] = {
    {"Data", kDataFlags},
    {"Server", kServerFlags},
    {"Who may come in", kAccessFlags},
    {"For clients of TensorBoard", kCompatFlags},
    {"Other", kOtherFlags},
};

// TensorBoard's flags that mean nothing here, so that old command lines go on working.
struct IgnoredFlag {
  std::string_view name;
  bool is_switch;
  std::string_view why;
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

const Flag* FindFlag(std::string_view name) {
  for (const Group& group : kGroups) {
    const auto found = std::ranges::find(group.flags, name, &Flag::name);
    if (found != group.flags.end()) return &*found;
  }
  return nullptr;
}

Error UnknownFlag(std::string_view name) {
  std::string_view nearest;
  int nearest_distance = std::numeric_limits<int>::max();
  const auto offer = [&](std::string_view known) {
    const int distance = EditDistance(name, known);
    if (distance < nearest_distance) {
      nearest = known;
      nearest_distance = distance;
    }
  };
  for (const Group& group : kGroups) {
    for (const Flag& flag : group.flags) offer(flag.name);
  }
  for (const IgnoredFlag& flag : kIgnoredFlags) offer(flag.name);
  return Bad("there is no flag --" + std::string(name) + "; the nearest is --" +
             std::string(nearest) + " (stepscope --help lists all)");
}

// ---- Parsing

class CommandParser {
 public:
  explicit CommandParser(std::span<const std::string_view> arguments) : arguments_(arguments) {}

  Result<Command> Parse() {
    bool has_only_words = false;
    while (!arguments_.empty()) {
      const std::string_view argument = Take();
      if (has_only_words || !argument.starts_with('-') || argument == "-") {
        RETURN_IF_ERROR(AddWord(argument));
      } else if (argument == "--") {
        has_only_words = true;
      } else if (argument == "-h") {
        command_.action = Action::kHelp;
      } else if (!argument.starts_with("--")) {
        return Bad("there is no flag " + std::string(argument) + " (flags begin with two dashes)");
      } else {
        RETURN_IF_ERROR(AddFlag(argument.substr(2)));
      }
    }
    if (command_.action == Action::kServe) RETURN_IF_ERROR(Check());
    return std::move(command_);
  }

 private:
  std::string_view Take() {
    const std::string_view argument = arguments_.front();
    arguments_ = arguments_.subspan(1);
    return argument;
  }

  Status AddWord(std::string_view word) {
    ++word_count_;
    if (word_count_ == 1 && word == "serve") return Status();  // The default subcommand.
    if (has_positional_) {
      return Bad("'" + std::string(word) +
                 "' is one directory too many; put runs that belong "
                 "together below one directory");
    }
    has_positional_ = true;
    positional_ = word;
    return Status();
  }

  Status AddFlag(std::string_view argument) {
    const size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view name = argument.substr(0, equals);
    std::optional<std::string_view> value;
    if (equals < argument.size()) value = argument.substr(equals + 1);

    const Flag* const flag = FindFlag(name);
    const auto ignored = std::ranges::find(kIgnoredFlags, name, &IgnoredFlag::name);
    if (flag == nullptr && ignored == std::end(kIgnoredFlags)) return UnknownFlag(name);
    const bool is_switch = flag != nullptr ? flag->value.empty() : ignored->is_switch;
    if (!value && is_switch) value = "true";
    if (!value) {
      if (arguments_.empty() || arguments_.front().starts_with("--")) {
        return Bad("--" + std::string(name) + " needs a value");
      }
      value = Take();
    }
    if (flag == nullptr) {
      command_.notices.push_back("--" + std::string(name) +
                                 " is ignored: " + std::string(ignored->why));
      return Status();
    }
    const Status status = flag->set(*value, command_);
    if (!status) {
      return Bad("--" + std::string(name) + "=" + ToValidUtf8(*value) + " " +
                 status.error().message);
    }
    return Status();
  }

  Status Check() {
    const auto conflict = [](std::string message) {
      return Error{Code::kFailedPrecondition, std::move(message)};
    };
    if (has_positional_) {
      if (!command_.server.logdir.empty()) {
        return conflict("the directory is given twice: '" + command_.server.logdir + "' and '" +
                        positional_ + "'");
      }
      RETURN_IF_ERROR(SetLogdir(positional_, command_));
    }
    if (command_.server.logdir.empty()) {
      return Bad("which directory? For example: stepscope ~/runs (stepscope --help says more)");
    }
    if (command_.listen.bind_all && !command_.listen.host.empty()) {
      return conflict("--bind_all means every address, so --host has no place beside it");
    }
    return Status();
  }

  std::span<const std::string_view> arguments_;
  Command command_;
  std::string positional_;
  bool has_positional_ = false;
  int word_count_ = 0;
};

// Appends `text` in lines of at most 80 columns, of which the first begins at `column` already.
void AppendWrapped(std::string_view text, size_t indent, std::string& out) {
  constexpr size_t kColumns = 80;
  size_t column = indent;
  for (const std::string_view word : Split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) out += ' ';
    column += word.size() + (column > indent ? 1 : 0);
    out += word;
  }
  out += '\n';
}

}  // namespace

Result<Command> ParseCommand(std::span<const std::string_view> arguments) {
  return CommandParser(arguments).Parse();
}

std::string HelpText() {
  constexpr size_t kIndent = 31;
  std::string help =
      "Stepscope shows what training jobs log: TensorBoard event files, live, in the\n"
      "browser. The files are only read.\n"
      "\n"
      "usage: stepscope [serve] LOGDIR [flags]\n"
      "       stepscope --logdir DIR [flags]\n"
      "\n"
      "examples:\n"
      "  stepscope ~/runs                       and open the address that it prints\n"
      "  stepscope ~/runs --port=8080           on a port of your choice\n"
      "  stepscope ~/runs --bind_all            for other machines, with a token\n";
  for (const Group& group : kGroups) {
    help += '\n' + std::string(group.title) + ":\n";
    for (const Flag& flag : group.flags) {
      if (flag.help.empty()) continue;
      std::string left = "  --" + std::string(flag.name);
      if (!flag.value.empty()) left += '=' + std::string(flag.value);
      left += "  ";
      help += left;
      if (left.size() > kIndent) help += '\n';
      help += std::string(left.size() > kIndent ? kIndent : kIndent - left.size(), ' ');
      AppendWrapped(flag.help, kIndent, help);
    }
  }
  help +=
      "\n"
      "Flags may be written --flag=value or --flag value. TensorBoard's other flags are\n"
      "accepted and do nothing; a line on stderr says so.\n";
  return help;
}

std::string ExpandHome(std::string_view path) {
  const char* const home = std::getenv("HOME");
  const bool is_home = path == "~" || path.starts_with("~/");
  if (home == nullptr || !is_home) return std::string(path);
  return home + std::string(path.substr(1));
}

}  // namespace stepscope
