// The command line: subcommands, and the flags of each. Those of `serve` have TensorBoard's names
// and defaults where both have one (http-api.md 1.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/smooth.h"
#include "app/logdir_spec.h"
#include "base/result.h"
#include "plugin/plugin.h"
#include "server/bind.h"
#include "wire/record_reader.h"

namespace stepscope {

enum class Subcommand : uint8_t { kServe, kInspect, kQuery, kDataServer };

enum class Action : uint8_t { kRun, kHelp, kVersion };

enum class OutputFormat : uint8_t { kTable, kCsv, kJson, kJsonLines, kArrow };

// Which runs and tags a subcommand looks at; an empty one lets everything through.
struct SelectionOptions {
  std::string runs;                // RE2, anywhere in the name.
  std::string tags;                // RE2, anywhere in the name.
  std::optional<std::string> tag;  // Exactly this one.
};

struct InspectOptions {
  bool is_strict = false;  // Damage is an exit code of its own.
};

enum class QueryKind : uint8_t { kSummary, kPoints, kRuns, kTags };

// A column of a summary.
enum class SummaryColumn : uint8_t {
  kCount,
  kNonFinite,
  kFirst,
  kFirstStep,
  kFirstWallTime,
  kLast,
  kLastStep,
  kLastWallTime,
  kMin,
  kArgMin,  // The step of the minimum.
  kMax,
  kArgMax,
  kMean,
  kAt,  // The value at a step.
};

struct SummarySelect {
  SummaryColumn column = SummaryColumn::kLast;
  int64_t at_step = 0;  // kAt.
  std::string name;     // As it was asked for.
};

struct QueryOptions {
  QueryKind kind = QueryKind::kSummary;
  std::vector<SummarySelect> select;  // Empty: the usual ones.
  std::string x = "step";             // "step", "relative", "wall", or "tag:" and a tag.
  std::optional<double> from;         // In units of x.
  std::optional<double> to;
  uint32_t pixels = 0;  // 0: every point.
  Smoothing smoothing;
  bool all_attempts = false;
  std::string output;  // A file; "" is standard output.
};

// As TensorBoard's data server understands them (http-api.md 4.5).
struct DataServerOptions {
  std::optional<std::string> logdir;  // May be empty or a URL, of which it has its own to say.
  std::string host = "localhost";
  uint16_t port = 6806;
  std::string port_file;                        // "": none.
  std::string error_file;                       // "": standard error.
  std::map<std::string, uint64_t> max_samples;  // By plugin; the others keep everything.
  bool dies_after_stdin = false;
};

struct Command {
  Action action = Action::kRun;
  Subcommand subcommand = Subcommand::kServe;  // What to run, or whose help to show.
  std::vector<std::string> arguments;          // As they were given.

  // What is read, and how.
  std::string logdir_path;               // server.logdir with '~' expanded; may not exist yet.
  std::vector<NamedLogdir> logdir_spec;  // In its place, as server.logdir says it.
  size_t max_reload_threads = 0;         // 0: as many as the machine has.
  uint64_t max_record_bytes = RecordReader::kDefaultMaxBufferedBytes;

  // serve
  ServerOptions server;
  ListenOptions listen;
  std::vector<std::string> allowed_hosts;  // "name" or "name:port".
  std::string allow_embedding;             // Origins, with spaces between them.
  bool no_auth = false;
  bool has_tensorboard_plugins = false;  // Runs the user's TensorBoard for its Python plugins,
  std::string python;                    // with this program; empty: the environment's.
  std::optional<uint16_t> grpc_port;     // Of the data provider, which is off without; 0: any.
  double reload_interval_s = 5;
  bool has_index = true;  // Keeps what was read on disk, for the next start.
  std::string index_dir;  // Where; with '~' expanded. Empty: at DefaultIndexDirectory().

  DataServerOptions data_server;

  // inspect and query
  SelectionOptions selection;
  std::optional<OutputFormat> format;  // Nothing: what suits the answer.
  InspectOptions inspect;
  QueryOptions query;

  std::vector<std::string> notices;  // For stderr: flags that were accepted and do nothing.
};

// `arguments` without the program's name. INVALID_ARGUMENT: a bad flag or value (exit code 2);
// FAILED_PRECONDITION: flags that exclude each other (exit code 1).
Result<Command> ParseCommand(std::span<const std::string_view> arguments);

std::string HelpText(Subcommand subcommand);

// "~" and "~/x" in the home directory; everything else as it is.
std::string ExpandHome(std::string_view path);

}  // namespace stepscope
