// The flags of `stepscope inspect`.
#include "app/flag_table.h"

namespace stepscope {
namespace {

Status SetFormat(std::string_view value, Command& command) {
  if (value == "table") {
    command.format = OutputFormat::kTable;
  } else if (value == "json") {
    command.format = OutputFormat::kJson;
  } else {
    return BadFlag("must be table or json");
  }
  return Status();
}

Status SetStrict(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(command.inspect.is_strict, ParseBool(value));
  return Status();
}

constexpr Flag kWhatFlags[] = {
    {"logdir", "DIR", "The same as a bare LOGDIR.", SetLogdir},
    {"event_file", "FILE", "Only this file. The same as a bare LOGDIR that is a file.", SetLogdir},
    {"runs", "REGEX", "Only runs in whose names this matches (RE2).", SetRunFilter},
    {"tags", "REGEX", "Only tags in whose names this matches (RE2).", SetTagFilter},
    {"tag", "NAME", "Only this tag.", SetExactTag},
};

constexpr Flag kHowFlags[] = {
    {"format", "NAME",
     "table, for people (default), or json: one document, described in docs/cli.md.", SetFormat},
    {"strict", "", "Exit with 3 when something is lost or damaged.", SetStrict},
};

constexpr FlagGroup kWhat = {"What to look at", kWhatFlags};
constexpr FlagGroup kHow = {"How to answer", kHowFlags};
constexpr const FlagGroup* kGroups[] = {&kWhat, &kHow, &kReadingFlags, &kHelpFlags};

constexpr std::string_view kHead =
    "Says what a log directory holds - runs, files, tags, points - and what in it is\n"
    "damaged, with file and offset. Everything is read once; nothing is changed.\n"
    "\n"
    "usage: stepscope inspect LOGDIR [flags]\n"
    "\n"
    "examples:\n"
    "  stepscope inspect ~/runs --runs '^train'     only runs that begin with train\n"
    "  stepscope inspect ~/runs --strict --format json > report.json\n";

constexpr std::string_view kFoot =
    "Exit codes: 0 all was said; 1 LOGDIR could not be read; 2 the command line is\n"
    "wrong; 3 something is damaged, with --strict.\n";

}  // namespace

constinit const FlagPage kInspectPage = {.subcommand = Subcommand::kInspect,
                                         .name = "inspect",
                                         .head = kHead,
                                         .groups = kGroups,
                                         .ignored = {},
                                         .foot = kFoot};

}  // namespace stepscope
