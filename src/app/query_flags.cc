// The flags of `stepscope query`.
#include <cmath>

#include "app/flag_table.h"
#include "base/strings.h"

namespace stepscope {
namespace {

constexpr int64_t kMaxPixels = 16384;  // As in the HTTP interface.

struct FormatName {
  std::string_view name;
  OutputFormat format;
};
constexpr FormatName kFormatNames[] = {{"table", OutputFormat::kTable},
                                       {"csv", OutputFormat::kCsv},
                                       {"json", OutputFormat::kJson},
                                       {"jsonl", OutputFormat::kJsonLines},
                                       {"arrow", OutputFormat::kArrow}};

Status SetFormat(std::string_view value, Command& command) {
  for (const FormatName& known : kFormatNames) {
    if (known.name != value) continue;
    command.format = known.format;
    return Status();
  }
  return BadFlag("must be table, csv, json, jsonl or arrow");
}

Status SetOutput(std::string_view value, Command& command) {
  if (value.empty()) return BadFlag("must name a file");
  command.query.output = ExpandHome(value);
  if (command.format) return Status();
  for (const FormatName& known : kFormatNames) {
    if (value.ends_with('.' + std::string(known.name))) command.format = known.format;
  }
  return Status();
}

Status SetList(std::string_view value, Command& command) {
  if (value != "runs" && value != "tags") return BadFlag("must be runs or tags");
  command.query.kind = value == "runs" ? QueryKind::kRuns : QueryKind::kTags;
  return Status();
}

struct SummaryName {
  std::string_view name;
  SummaryColumn column;
};
constexpr SummaryName kSummaryNames[] = {
    {"count", SummaryColumn::kCount},
    {"non_finite", SummaryColumn::kNonFinite},
    {"first", SummaryColumn::kFirst},
    {"first_step", SummaryColumn::kFirstStep},
    {"first_wall_time", SummaryColumn::kFirstWallTime},
    {"last", SummaryColumn::kLast},
    {"last_step", SummaryColumn::kLastStep},
    {"last_wall_time", SummaryColumn::kLastWallTime},
    {"min", SummaryColumn::kMin},
    {"argmin", SummaryColumn::kArgMin},
    {"max", SummaryColumn::kMax},
    {"argmax", SummaryColumn::kArgMax},
    {"mean", SummaryColumn::kMean},
};

Result<SummarySelect> ParseSelect(std::string_view name) {
  if (name.starts_with("at:")) {
    const auto step = ParseInt64(name.substr(3));
    if (!step) return BadFlag("has a step that is none: " + std::string(name));
    return SummarySelect{SummaryColumn::kAt, *step, std::string(name)};
  }
  std::string known;
  for (const SummaryName& summary : kSummaryNames) {
    if (summary.name == name) return SummarySelect{summary.column, 0, std::string(name)};
    known += std::string(summary.name) + ", ";
  }
  return BadFlag("may hold " + known + "at:STEP");
}

Status SetSelect(std::string_view value, Command& command) {
  command.query.select.clear();
  for (const std::string_view part : Split(value, ',')) {
    ASSIGN_OR_RETURN(SummarySelect select, ParseSelect(StripWhitespace(part)));
    command.query.select.push_back(std::move(select));
  }
  return Status();
}

Status SetPoints(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const bool wants_points, ParseBool(value));
  command.query.kind = wants_points ? QueryKind::kPoints : QueryKind::kSummary;
  return Status();
}

Status SetX(std::string_view value, Command& command) {
  const bool is_known = value == "step" || value == "relative" || value == "wall";
  if (!is_known && !value.starts_with("tag:")) {
    return BadFlag("must be step, relative, wall or tag:NAME");
  }
  command.query.x = value;
  command.query.kind = QueryKind::kPoints;
  return Status();
}

Status SetBound(std::string_view value, std::optional<double>& bound, Command& command) {
  const auto number = ParseDouble(value);
  if (!number || std::isnan(*number)) return BadFlag("must be a number");
  bound = number;
  command.query.kind = QueryKind::kPoints;
  return Status();
}

Status SetFrom(std::string_view value, Command& command) {
  return SetBound(value, command.query.from, command);
}

Status SetTo(std::string_view value, Command& command) {
  return SetBound(value, command.query.to, command);
}

Status SetPixels(std::string_view value, Command& command) {
  ASSIGN_OR_RETURN(const int64_t pixels, ParseWhole(value, 0, kMaxPixels));
  command.query.pixels = static_cast<uint32_t>(pixels);
  command.query.kind = QueryKind::kPoints;
  return Status();
}

Result<double> ParsePositive(std::string_view text, double limit) {
  const auto number = ParseDouble(text);
  if (!number || !(*number > 0 && *number <= limit)) {
    return BadFlag("must have a number above 0 behind the colon");
  }
  return *number;
}

Status SetSmoothing(std::string_view value, Command& command) {
  Smoothing smoothing;
  const size_t colon = std::min(value.find(':'), value.size());
  const std::string_view kind = value.substr(0, colon);
  const std::string_view amount = value.substr(std::min(colon + 1, value.size()));
  if (kind == "mean" || kind == "median") {
    smoothing.kind = kind == "mean" ? SmoothingKind::kMean : SmoothingKind::kMedian;
    ASSIGN_OR_RETURN(const int64_t window, ParseWhole(amount, 1, Smoothing::kMaxWindow));
    smoothing.window = static_cast<uint32_t>(window);
  } else if (kind == "gaussian") {
    smoothing.kind = SmoothingKind::kGaussian;
    ASSIGN_OR_RETURN(smoothing.width, ParsePositive(amount, Smoothing::kMaxWidth));
  } else if (kind == "time_weighted") {
    smoothing.kind = SmoothingKind::kTimeWeighted;
    ASSIGN_OR_RETURN(smoothing.half_life, ParsePositive(amount, INFINITY));
  } else {
    const auto weight = ParseDouble(value);
    if (!weight || !(*weight >= 0 && *weight < 1)) {
      return BadFlag(
          "must be a weight from 0 to below 1, or mean:N, median:N, gaussian:WIDTH or "
          "time_weighted:HALF_LIFE");
    }
    smoothing.weight = *weight;
    if (*weight > 0) smoothing.kind = SmoothingKind::kExponential;
  }
  command.query.smoothing = smoothing;
  command.query.kind = QueryKind::kPoints;
  return Status();
}

Status SetAttempts(std::string_view value, Command& command) {
  if (value != "latest" && value != "all") return BadFlag("must be latest or all");
  command.query.all_attempts = value == "all";
  return Status();
}

constexpr Flag kWhichFlags[] = {
    {"logdir", "DIR", "The same as a bare LOGDIR.", SetLogdir},
    {"runs", "REGEX", "Only runs in whose names this matches (RE2).", SetRunFilter},
    {"tags", "REGEX", "Only tags in whose names this matches (RE2).", SetTagFilter},
    {"tag", "NAME", "Only this tag.", SetExactTag},
    {"attempts", "WHICH",
     "latest hides points that a restarted job wrote again (default); all shows them.",
     SetAttempts},
};

constexpr Flag kSummaryFlags[] = {
    {"select", "LIST",
     "What to say of each series, with commas between: count, non_finite, first, first_step, "
     "first_wall_time, last, last_step, last_wall_time, min, argmin (its step), max, argmax, mean, "
     "at:STEP. Default: count,last_step,last,min,max.",
     SetSelect},
    {"list", "WHAT", "runs or tags: what there is, of every kind.", SetList},
};

constexpr Flag kPointsFlags[] = {
    {"points", "", "Every point, one a row. The flags below imply it.", SetPoints},
    {"x", "AXIS",
     "What --from and --to are measured in: step (default), relative or wall (seconds), or "
     "tag:NAME.",
     SetX},
    {"from", "X", "Only points from here", SetFrom},
    {"to", "X", "to here.", SetTo},
    {"pixels", "N",
     "As few points as a chart of that width needs: extremes are kept, and the points just outside "
     "--from and --to.",
     SetPixels},
    {"smoothing", "HOW",
     "Adds a column: a weight below 1 as TensorBoard's, or mean:N, median:N, gaussian:WIDTH, "
     "time_weighted:HALF_LIFE; computed on every point.",
     SetSmoothing},
};

constexpr Flag kHowFlags[] = {
    {"format", "NAME",
     "table for people, csv, json, jsonl (an object a line) or arrow (a file that pandas, polars "
     "and DuckDB open). Default: as the file's name ends, else csv for points and table for the "
     "rest.",
     SetFormat},
    {"output", "FILE", "Write there and not to standard output.", SetOutput},
};

constexpr FlagGroup kWhich = {"Which series", kWhichFlags};
constexpr FlagGroup kSummary = {"One row a series", kSummaryFlags};
constexpr FlagGroup kPoints = {"Or points", kPointsFlags};
constexpr FlagGroup kHow = {"How to answer", kHowFlags};
constexpr const FlagGroup* kGroups[] = {&kWhich, &kSummary,      &kPoints,
                                        &kHow,   &kReadingFlags, &kHelpFlags};

constexpr std::string_view kHead =
    "Says what scalars a log directory holds: a row a series, or every point. Numbers\n"
    "are exact. Everything is read once; nothing is changed.\n"
    "\n"
    "usage: stepscope query LOGDIR [flags]\n"
    "\n"
    "examples:\n"
    "  stepscope query ~/runs --tags loss --select last,min,argmin,at:1000\n"
    "  stepscope query ~/runs --tag train/loss --points --output loss.arrow\n";

constexpr std::string_view kFoot =
    "Exit codes: 0 all was said, even if nothing matched; 1 LOGDIR could not be read\n"
    "or the answer not be written; 2 the command line is wrong. Formats: docs/cli.md.\n";

}  // namespace

constinit const FlagPage kQueryPage = {.subcommand = Subcommand::kQuery,
                                       .name = "query",
                                       .head = kHead,
                                       .groups = kGroups,
                                       .ignored = {},
                                       .foot = kFoot};

}  // namespace stepscope
