#include "app/flag_table.h"

#include <utility>

#include <re2/re2.h>

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr int64_t kMaxReloadThreads = 1024;
constexpr int64_t kMaxRecordBytes = (int64_t{1} << 31) - 1;  // Protobuf's limit for a message.

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

Status AskHelp(std::string_view, Command& command) {
  command.action = Action::kHelp;
  return Status();
}

Status AskVersion(std::string_view, Command& command) {
  command.action = Action::kVersion;
  return Status();
}

Status SetExpression(std::string_view value, std::string& expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 compiled(re2::StringPiece(value.data(), value.size()), options);
  if (!compiled.ok()) return BadFlag("is no regular expression: " + compiled.error());
  expression = value;
  return Status();
}

constexpr Flag kReading[] = {
    {"max_reload_threads", "N", "How many runs are read at the same time. Default: all cores.",
     SetMaxReloadThreads},
    {"max_record_bytes", "N",
     "The largest record that is read into memory; larger ones are "
     "counted under problems. Default: 67108864 (64 MiB).",
     SetMaxRecordBytes},
};

constexpr Flag kHelp[] = {
    {"help", "", "Show this text.", AskHelp},
    {"version", "", "Show the version.", AskVersion},
    {"helpfull", "", "", AskHelp},
    {"version_tb", "", "", AskVersion},
};

}  // namespace

constinit const FlagGroup kReadingFlags = {"Reading", kReading};
constinit const FlagGroup kHelpFlags = {"Other", kHelp};

Error BadFlag(std::string message) { return Error{Code::kInvalidArgument, std::move(message)}; }

Result<bool> ParseBool(std::string_view text) {
  const std::string lower = AsciiLower(text);
  if (lower == "true" || lower == "1" || lower == "yes") return true;
  if (lower == "false" || lower == "0" || lower == "no") return false;
  return BadFlag("must be true or false");
}

Result<int64_t> ParseWhole(std::string_view text, int64_t low, int64_t high) {
  const auto value = ParseInt64(text);
  if (!value || *value < low || *value > high) {
    return BadFlag("must be a whole number from " + std::to_string(low) + " to " +
                   std::to_string(high));
  }
  return *value;
}

Status SetLogdir(std::string_view value, Command& command) {
  if (value.empty()) return BadFlag("must name a directory");
  command.server.logdir = value;
  command.logdir_path = ExpandHome(value);
  return Status();
}

Status SetRunFilter(std::string_view value, Command& command) {
  return SetExpression(value, command.selection.runs);
}

Status SetTagFilter(std::string_view value, Command& command) {
  return SetExpression(value, command.selection.tags);
}

Status SetExactTag(std::string_view value, Command& command) {
  command.selection.tag = value;
  return Status();
}

}  // namespace stepscope
