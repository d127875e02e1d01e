// What the command line understands, as tables: a page for each subcommand, with its flags in
// groups. Parsing, help and "did you mean" are made from them (flags.cc).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "app/flags.h"
#include "base/result.h"

namespace stepscope {

struct Flag {
  std::string_view name;
  std::string_view value;  // How the help shows it; "" for a switch, which is `true` alone.
  std::string_view help;   // "" for a second name, which the help leaves out.
  // Errors go on after "--name=value ".
  Status (*set)(std::string_view value, Command& command);
};

struct FlagGroup {
  std::string_view title;
  std::span<const Flag> flags;
};

// A flag of TensorBoard's that means nothing here, so that old command lines go on working.
struct IgnoredFlag {
  std::string_view name;
  bool is_switch;
  std::string_view why;
};

struct FlagPage {
  Subcommand subcommand;
  std::string_view name;  // The word on the command line.
  std::string_view head;  // Of the help: what it does, usage, examples.
  std::span<const FlagGroup* const> groups;
  std::span<const IgnoredFlag> ignored;
  std::string_view foot;
};

extern const FlagPage kServePage;
extern const FlagPage kInspectPage;
extern const FlagPage kQueryPage;
extern const FlagPage kDataServerPage;

// How the flags that are on every page read what they are given.
extern const FlagGroup kReadingFlags;
extern const FlagGroup kHelpFlags;

// ---- For the setters

Error BadFlag(std::string message);
Result<bool> ParseBool(std::string_view text);
Result<int64_t> ParseWhole(std::string_view text, int64_t low, int64_t high);
Status SetLogdir(std::string_view value, Command& command);
Status SetRunFilter(std::string_view value, Command& command);
Status SetTagFilter(std::string_view value, Command& command);
Status SetExactTag(std::string_view value, Command& command);

}  // namespace stepscope
