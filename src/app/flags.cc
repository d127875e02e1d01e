#include "app/flags.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "app/flag_table.h"
#include "base/strings.h"

namespace stepscope {
namespace {

constexpr const FlagPage* kPages[] = {&kServePage, &kInspectPage, &kQueryPage, &kDataServerPage};

const FlagPage& PageOf(Subcommand subcommand) {
  return **std::ranges::find(kPages, subcommand,
                             [](const FlagPage* page) { return page->subcommand; });
}

const Flag* FindFlag(const FlagPage& page, std::string_view name) {
  for (const FlagGroup* const group : page.groups) {
    const auto found = std::ranges::find(group->flags, name, &Flag::name);
    if (found != group->flags.end()) return &*found;
  }
  return nullptr;
}

Error UnknownFlag(const FlagPage& page, std::string_view name) {
  std::string_view nearest;
  int nearest_distance = std::numeric_limits<int>::max();
  const auto offer = [&](std::string_view known) {
    const int distance = EditDistance(name, known);
    if (distance < nearest_distance) {
      nearest = known;
      nearest_distance = distance;
    }
  };
  for (const FlagGroup* const group : page.groups) {
    for (const Flag& flag : group->flags) offer(flag.name);
  }
  for (const IgnoredFlag& flag : page.ignored) offer(flag.name);

  const bool is_default = &page == &kServePage;
  const std::string program = is_default ? "stepscope" : "stepscope " + std::string(page.name);
  std::string message = "there is no flag --" + std::string(name);
  for (const FlagPage* const other : kPages) {
    if (other == &page || FindFlag(*other, name) == nullptr) continue;
    message += is_default ? "" : " of " + std::string(page.name);
    message += "; it is one of stepscope " + std::string(other->name);
    return BadFlag(message + " (" + program + " --help lists all)");
  }
  return BadFlag(message + "; the nearest is --" + std::string(nearest) + " (" + program +
                 " --help lists all)");
}

// ---- Parsing

class CommandParser {
 public:
  explicit CommandParser(std::span<const std::string_view> arguments) : arguments_(arguments) {}

  Result<Command> Parse() {
    command_.arguments.assign(arguments_.begin(), arguments_.end());
    TakeSubcommand();
    bool has_only_words = false;
    while (!arguments_.empty()) {
      const std::string_view argument = Take();
      if (has_only_words || !argument.starts_with('-') || argument == "-") {
        RETURN_IF_ERROR(AddWord(argument));
      } else if (argument == "--") {
        has_only_words = true;
      } else if (argument == "-h") {
        command_.action = Action::kHelp;
      } else if (page_ == &kDataServerPage && IsDataServerSwitch(argument)) {
        if (argument == "-V") command_.action = Action::kVersion;
      } else if (!argument.starts_with("--")) {
        return BadFlag("there is no flag " + std::string(argument) +
                       " (flags begin with two dashes)");
      } else {
        RETURN_IF_ERROR(AddFlag(argument.substr(2)));
      }
    }
    if (command_.action == Action::kRun) RETURN_IF_ERROR(Check());
    return std::move(command_);
  }

 private:
  std::string_view Take() {
    const std::string_view argument = arguments_.front();
    arguments_ = arguments_.subspan(1);
    return argument;
  }

  // A directory by the name of one is given as ./inspect.
  void TakeSubcommand() {
    if (arguments_.empty()) return;
    const auto named = std::ranges::find(kPages, arguments_.front(),
                                         [](const FlagPage* page) { return page->name; });
    if (named == std::end(kPages)) return;
    page_ = *named;
    command_.subcommand = page_->subcommand;
    Take();
  }

  // How much it says and that it checks every record is not for TensorBoard to choose.
  static bool IsDataServerSwitch(std::string_view argument) {
    return argument == "-v" || argument == "-vv" || argument == "-V";
  }

  Status AddWord(std::string_view word) {
    if (has_positional_) {
      return BadFlag("'" + std::string(word) +
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

    const Flag* const flag = FindFlag(*page_, name);
    const auto ignored = std::ranges::find(page_->ignored, name, &IgnoredFlag::name);
    if (flag == nullptr && ignored == page_->ignored.end()) return UnknownFlag(*page_, name);
    const bool is_switch = flag != nullptr ? flag->value.empty() : ignored->is_switch;
    if (!value && is_switch) value = "true";
    if (!value) {
      if (arguments_.empty() || arguments_.front().starts_with("--")) {
        return BadFlag("--" + std::string(name) + " needs a value");
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
      return BadFlag("--" + std::string(name) + "=" + ToValidUtf8(*value) + " " +
                     status.error().message);
    }
    return Status();
  }

  Status Check() {
    const auto conflict = [](std::string message) {
      return Error{Code::kFailedPrecondition, std::move(message)};
    };
    const bool has_spec = !command_.logdir_spec.empty();
    if (has_spec && (has_positional_ || !command_.logdir_path.empty())) {
      return conflict("--logdir_spec says which directories, so there is no place for another");
    }
    if (has_spec && command_.subcommand != Subcommand::kServe) {
      return conflict("--inspect takes one directory");
    }
    if (has_positional_) {
      if (!command_.server.logdir.empty()) {
        return conflict("the directory is given twice: '" + command_.server.logdir + "' and '" +
                        positional_ + "'");
      }
      RETURN_IF_ERROR(SetLogdir(positional_, command_));
    }
    if (command_.server.logdir.empty() && !command_.data_server.logdir) {
      const bool is_default = page_ == &kServePage;
      const std::string program =
          is_default ? "stepscope" : "stepscope " + std::string(page_->name);
      return BadFlag("which directory? For example: " + program + " ~/runs (" + program +
                     " --help says more)");
    }
    if (!command_.python.empty() && !command_.has_tensorboard_plugins) {
      return conflict("--python has no use without --tensorboard_plugins");
    }
    const QueryOptions& query = command_.query;
    if (query.kind != QueryKind::kSummary && !query.select.empty()) {
      return conflict(
          "--select makes one row a series, so it has no place beside points and lists");
    }
    if (query.from && query.to && *query.from > *query.to) {
      return BadFlag("--from is greater than --to");
    }
    if (command_.listen.bind_all && !command_.listen.host.empty()) {
      return conflict("--bind_all means every address, so --host has no place beside it");
    }
    return Status();
  }

  std::span<const std::string_view> arguments_;
  const FlagPage* page_ = &kServePage;  // The default.
  Command command_;
  std::string positional_;
  bool has_positional_ = false;
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

void AppendFlag(const Flag& flag, std::string& out) {
  constexpr size_t kIndent = 31;
  std::string left = "  --" + std::string(flag.name);
  if (!flag.value.empty()) left += '=' + std::string(flag.value);
  left += "  ";
  out += left;
  if (left.size() > kIndent) out += '\n';
  out += std::string(left.size() > kIndent ? kIndent : kIndent - left.size(), ' ');
  AppendWrapped(flag.help, kIndent, out);
}

}  // namespace

Result<Command> ParseCommand(std::span<const std::string_view> arguments) {
  return CommandParser(arguments).Parse();
}

std::string HelpText(Subcommand subcommand) {
  const FlagPage& page = PageOf(subcommand);
  std::string help(page.head);
  for (const FlagGroup* const group : page.groups) {
    help += '\n' + std::string(group->title) + ":\n";
    for (const Flag& flag : group->flags) {
      if (!flag.help.empty()) AppendFlag(flag, help);
    }
  }
  help += '\n' + std::string(page.foot);
  return help;
}

std::string ExpandHome(std::string_view path) {
  const char* const home = std::getenv("HOME");
  const bool is_home = path == "~" || path.starts_with("~/");
  if (home == nullptr || !is_home) return std::string(path);
  return home + std::string(path.substr(1));
}

}  // namespace stepscope
