// The form of a report for people: what there is, then what is wrong with it.
#include <algorithm>
#include <cmath>

#include "app/report.h"
#include "app/terminal.h"
#include "app/text_table.h"

namespace stepscope {
namespace {

using Align = TextTable::Align;
using Fit = TextTable::Fit;

// More are for --format json, or for a regex that chooses among them.
constexpr size_t kMaxTags = 50;

constexpr std::string_view kNoPlugin = "(none)";

std::string Counted(uint64_t count, std::string_view one, std::string_view many) {
  return WithThousands(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string StepsText(const Extent& extent) {
  if (!extent.first_step) return "-";
  const std::string first = std::to_string(*extent.first_step);
  if (extent.first_step == extent.last_step) return first;
  return first + ".." + std::to_string(*extent.last_step);
}

std::string PluginText(const std::string& plugin) {
  return plugin.empty() ? std::string(kNoPlugin) : plugin;
}

// "scalars 3, images 1"
std::string PluginsText(const std::map<std::string, Amount>& plugins) {
  std::string text;
  for (const auto& [name, amount] : plugins) {
    if (!text.empty()) text += ", ";
    text += PluginText(name) + ' ' + WithThousands(amount.tags);
  }
  return text.empty() ? "-" : text;
}

std::string RunsText(const Report& report, const Terminal& terminal) {
  TextTable table;
  table.AddColumn("RUN", Align::kLeft, Fit::kShrinks);
  table.AddColumn("FILES", Align::kRight, Fit::kMayGo);
  table.AddColumn("BYTES", Align::kRight);
  table.AddColumn("TAGS", Align::kLeft, Fit::kShrinks);
  table.AddColumn("POINTS", Align::kRight);
  table.AddColumn("STEPS", Align::kRight);
  table.AddColumn("PROBLEMS", Align::kRight);
  table.AddColumn("ATTEMPTS", Align::kRight, Fit::kMayGo);
  table.AddColumn("FIRST (UTC)", Align::kLeft, Fit::kMayGo);
  table.AddColumn("LAST (UTC)", Align::kLeft, Fit::kMayGo);
  for (const RunReport& run : report.runs) {
    table.AddRow({run.name, WithThousands(run.files.size()), HumanBytes(run.bytes),
                  PluginsText(run.plugins), WithThousands(run.amount.points), StepsText(run.extent),
                  WithThousands(run.problems), WithThousands(run.attempts),
                  UtcTime(run.extent.first_wall_time), UtcTime(run.extent.last_wall_time)},
                 run.problems > 0 ? Style::kYellow : Style::kPlain);
  }
  return table.Render(terminal);
}

std::string TagsText(const Report& report, const Terminal& terminal) {
  TextTable table;
  table.AddColumn("TAG", Align::kLeft, Fit::kShrinks);
  table.AddColumn("PLUGIN");
  table.AddColumn("RUNS", Align::kRight);
  table.AddColumn("POINTS", Align::kRight);
  table.AddColumn("STEPS", Align::kRight);
  for (const auto& [name, tag] : report.tags) {
    if (table.row_count() == kMaxTags) break;
    table.AddRow({name, PluginText(tag.plugin), WithThousands(tag.runs), WithThousands(tag.points),
                  StepsText(tag.extent)});
  }
  std::string text = table.Render(terminal);
  if (report.tags.size() > kMaxTags) {
    text += "and " + WithThousands(report.tags.size() - kMaxTags) +
            " more; --tags REGEX chooses, --format json lists all\n";
  }
  return text;
}

Style StyleOf(Severity severity) {
  if (severity == Severity::kLost) return Style::kRed;
  return severity == Severity::kRepaired ? Style::kYellow : Style::kDim;
}

std::string ProblemsText(const Report& report, const Terminal& terminal) {
  std::string text;
  for (const Problem& problem : report.problems) {
    const StatInfo& info = Describe(problem.stat);
    text += Styled(WithThousands(problem.count) + " × " + std::string(info.text) + '.',
                   StyleOf(info.severity), terminal) +
            '\n';
    for (const StatOccurrence& occurrence : problem.occurrences) {
      text += "    " + Printable(occurrence.file) + " at byte " + std::to_string(occurrence.offset);
      if (!occurrence.detail.empty()) text += ": " + Printable(occurrence.detail);
      text += '\n';
    }
    const uint64_t unlisted =
        problem.count - std::min<uint64_t>(problem.count, problem.occurrences.size());
    if (unlisted > 0) text += "    and " + WithThousands(unlisted) + " more\n";
  }
  return text;
}

}  // namespace

std::string ReportText(const Report& report, const Terminal& terminal) {
  const auto title = [&](std::string_view text) {
    return '\n' + Styled(text, Style::kBold, terminal) + '\n';
  };
  std::string text = Styled(Printable(report.logdir), Style::kBold, terminal) + ": " +
                     Counted(report.runs.size(), "run", "runs") + ", " +
                     Counted(report.files, "file", "files") + ", " + HumanBytes(report.bytes) +
                     ", " + Counted(report.amount.tags, "tag", "tags") + ", " +
                     Counted(report.amount.points, "point", "points") + '\n';
  if (!report.runs.empty()) text += '\n' + RunsText(report, terminal);
  if (!report.tags.empty()) text += '\n' + TagsText(report, terminal);
  if (!report.other_files.empty()) {
    text += title("Other files that dashboards read");
    for (const OtherFile& file : report.other_files) text += "    " + Printable(file.path) + '\n';
  }
  if (!report.problems.empty()) {
    text += title(report.problem_count > 0 ? "What is damaged" : "Nothing is damaged, but");
    text += ProblemsText(report, terminal);
  } else {
    text += "\nNothing is damaged.\n";
  }
  return text;
}

}  // namespace stepscope
