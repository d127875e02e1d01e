#include "app/report.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/strings.h"
#include "server/natural_order.h"
#include "store/attempts.h"
#include "store/scalar_points.h"

namespace stepscope {
namespace {

// Directories of files are runs' names; "." is the logdir itself.
std::string_view RunOf(std::string_view file) {
  const size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? "." : file.substr(0, slash);
}

struct SeriesFacts {
  Extent extent;
  uint32_t attempts = 0;
};

SeriesFacts FactsOf(const RunSnapshot& run, const Series& series) {
  SeriesFacts facts;
  if (series.info->kind == SeriesKind::kScalar) {
    const ScalarPoints points(run, series, Restarts::kShowAll);
    facts.attempts = points.attempt_count();
    for (PointCursor cursor(points); cursor.Next();) {
      for (size_t i = 0; i < cursor.steps().size(); ++i) {
        facts.extent.Add(cursor.steps()[i], cursor.wall_times()[i]);
      }
    }
    return facts;
  }
  for (const Segment& segment : FindAttempts(run, series)) {
    facts.attempts = std::max(facts.attempts, segment.attempt + 1);
  }
  for (const Strand& strand : series.strands) {
    for (size_t i = 0; i < strand.blobs.block_count(); ++i) {
      const BlobSpan block = strand.blobs.block(i);
      for (size_t j = 0; j < block.size(); ++j) {
        facts.extent.Add(block.steps[j], block.wall_times[j]);
      }
    }
  }
  return facts;
}

void AddSeries(const RunSnapshot& run, const Series& series, RunReport& run_report,
               Report& report) {
  const SeriesInfo& info = *series.info;
  const SeriesFacts facts = FactsOf(run, series);
  const uint64_t points = series.size();
  const auto add = [&](Amount& amount) {
    ++amount.series;
    amount.points += points;
  };
  Amount& run_plugin = run_report.plugins[ToValidUtf8(info.plugin_name)];
  for (Amount* const amount : {&run_report.amount, &run_plugin}) {
    ++amount->tags;  // A run has a tag once.
    add(*amount);
  }
  run_report.extent.Add(facts.extent);
  run_report.attempts = std::max(run_report.attempts, facts.attempts);

  add(report.amount);
  add(report.plugins[ToValidUtf8(info.plugin_name)]);
  const auto [tag, is_new] = report.tags.try_emplace(ToValidUtf8(info.tag));
  if (is_new) {
    tag->second.plugin = ToValidUtf8(info.plugin_name);
    tag->second.kind = info.kind;
  }
  ++tag->second.runs;
  tag->second.points += points;
  tag->second.extent.Add(facts.extent);
}

// What was counted in the files of the chosen runs. Where the counts of single files are not known
// any more because there are many, those that are listed count.
std::vector<Problem> FindProblems(const Stats& stats, const Selection& selection) {
  std::vector<Problem> problems;
  for (auto& [stat, summary] : stats.Get()) {
    Problem problem = {.stat = stat, .count = 0, .occurrences = {}};
    for (const auto& [file, count] : stats.CountByFile(stat)) {
      if (selection.HasRun(RunOf(file))) problem.count += count;
    }
    for (const StatOccurrence& occurrence : summary.occurrences) {
      if (selection.HasRun(RunOf(occurrence.file))) problem.occurrences.push_back(occurrence);
    }
    if (problem.count > 0) problems.push_back(std::move(problem));
  }
  // What is lost first.
  std::ranges::stable_sort(problems, std::greater(),
                           [](const Problem& p) { return Describe(p.stat).severity; });
  for (Problem& problem : problems) {
    std::ranges::stable_sort(problem.occurrences, [](const auto& a, const auto& b) {
      return std::pair(std::string_view(a.file), a.offset) <
             std::pair(std::string_view(b.file), b.offset);
    });
  }
  return problems;
}

std::map<std::string, uint64_t, std::less<>> ProblemsByRun(const Stats& stats) {
  std::map<std::string, uint64_t, std::less<>> by_run;
  for (const auto& [stat, summary] : stats.Get()) {
    if (Describe(stat).severity == Severity::kInfo) continue;
    for (const auto& [file, count] : stats.CountByFile(stat))
      by_run[std::string(RunOf(file))] += count;
  }
  return by_run;
}

}  // namespace

void Extent::Add(int64_t step, double wall_time) {
  first_step = std::min(first_step.value_or(step), step);
  last_step = std::max(last_step.value_or(step), step);
  if (!std::isfinite(wall_time)) return;
  first_wall_time = std::min(first_wall_time, wall_time);
  last_wall_time = std::max(last_wall_time, wall_time);
}

void Extent::Add(const Extent& other) {
  if (!other.first_step) return;
  first_step = std::min(first_step.value_or(*other.first_step), *other.first_step);
  last_step = std::max(last_step.value_or(*other.last_step), *other.last_step);
  first_wall_time = std::min(first_wall_time, other.first_wall_time);
  last_wall_time = std::max(last_wall_time, other.last_wall_time);
}

Report MakeReport(const Snapshot& snapshot, const Stats& stats, const Selection& selection) {
  Report report;
  const auto problems_by_run = ProblemsByRun(stats);
  std::map<std::string, std::set<std::string_view>> tags_by_plugin;
  for (const auto& run : snapshot.runs) {
    if (!selection.HasRun(run->name)) continue;
    RunReport run_report = {.name = ToValidUtf8(run->name), .files = run->files};
    run_report.is_loaded = run->is_loaded;
    for (FileInfo& file : run_report.files) {
      run_report.bytes += file.size_bytes;
      file.path = ToValidUtf8(file.path);
    }
    for (const Series& series : run->series) {
      if (!selection.HasTag(series.info->tag)) continue;
      AddSeries(*run, series, run_report, report);
      tags_by_plugin[ToValidUtf8(series.info->plugin_name)].insert(series.info->tag);
    }
    if (!selection.has_all_tags() && run_report.amount.series == 0) continue;
    const auto problems = problems_by_run.find(run->name);
    if (problems != problems_by_run.end()) run_report.problems = problems->second;
    report.files += run_report.files.size();
    report.bytes += run_report.bytes;
    report.runs.push_back(std::move(run_report));
  }
  std::ranges::stable_sort(report.runs, NaturalLess, &RunReport::name);
  for (const auto& [plugin, tags] : tags_by_plugin) report.plugins[plugin].tags = tags.size();
  report.amount.tags = report.tags.size();
  report.problems = FindProblems(stats, selection);
  for (const Problem& problem : report.problems) {
    if (Describe(problem.stat).severity != Severity::kInfo) report.problem_count += problem.count;
  }
  for (const OtherFile& file : *snapshot.other_files) {
    if (selection.has_all_runs() || selection.HasRun(RunOf(file.path))) {
      report.other_files.push_back({ToValidUtf8(file.path), file.kind});
    }
  }
  return report;
}

}  // namespace stepscope
