#include "app/query.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "app/answer.h"
#include "app/load.h"
#include "app/report.h"
#include "base/file.h"
#include "base/strings.h"
#include "plugin/scalar_series.h"
#include "server/natural_order.h"

namespace stepscope {
namespace {

std::vector<ChosenSeries> Choose(const Snapshot& snapshot, const Selection& selection) {
  std::vector<ChosenSeries> chosen;
  for (const auto& run : snapshot.runs) {
    if (!selection.HasRun(run->name)) continue;
    for (const Series& series : run->series) {
      if (!IsScalarSeries(series) || series.info->is_hidden) continue;
      if (selection.HasTag(series.info->tag)) chosen.push_back({run.get(), &series});
    }
  }
  // Tags are in order already.
  std::ranges::stable_sort(chosen, NaturalLess,
                           [](const ChosenSeries& c) -> const std::string& { return c.run->name; });
  return chosen;
}

std::vector<Field> ExtentFields() {
  return {{"first_step", CellType::kInt64},
          {"last_step", CellType::kInt64},
          {"first_wall_time", CellType::kFloat64, /*is_wall_time=*/true},
          {"last_wall_time", CellType::kFloat64, /*is_wall_time=*/true}};
}

// One row at a time.
class RowWriter {
 public:
  explicit RowWriter(TableWriter& writer) : writer_(writer) {}

  RowWriter& Text(std::string_view text) {
    cells_.push_back({.text = text});
    return *this;
  }
  RowWriter& Count(const uint64_t& count) {
    cells_.push_back({.numbers = std::span<const uint64_t>(&count, 1)});
    return *this;
  }
  RowWriter& Place(const Extent& extent) {
    Step(extent.first_step).Step(extent.last_step);
    return Time(extent.first_wall_time).Time(extent.last_wall_time);
  }
  void End() {
    writer_.AddRows(1, cells_);
    cells_.clear();
  }

 private:
  RowWriter& Step(const std::optional<int64_t>& step) {
    const bool is_missing = !step.has_value();
    cells_.push_back({.numbers = std::span<const int64_t>(is_missing ? nullptr : &*step, 1),
                      .is_missing = is_missing});
    return *this;
  }
  RowWriter& Time(const double& time) {
    cells_.push_back(
        {.numbers = std::span<const double>(&time, 1), .is_missing = !std::isfinite(time)});
    return *this;
  }

  TableWriter& writer_;
  std::vector<Cells> cells_;  // Refer to what the caller holds.
};

std::unique_ptr<TableWriter> ListWriter(std::vector<Field> fields, const Destination& to) {
  const std::vector<Field> extent = ExtentFields();
  fields.insert(fields.end(), extent.begin(), extent.end());
  return MakeTableWriter(to.format, std::move(fields), to.terminal, to.output);
}

void ListRuns(const Report& report, const Destination& destination) {
  std::set<std::string> names;
  for (const RunReport& run : report.runs) names.insert(run.name);
  const auto writer = ListWriter({{"run", CellType::kText, false, {names.begin(), names.end()}},
                                  {"tags", CellType::kUint64},
                                  {"points", CellType::kUint64},
                                  {"files", CellType::kUint64},
                                  {"bytes", CellType::kUint64},
                                  {"problems", CellType::kUint64}},
                                 destination);
  RowWriter row(*writer);
  for (const RunReport& run : report.runs) {
    row.Text(run.name).Count(run.amount.tags).Count(run.amount.points);
    const uint64_t files = run.files.size();
    row.Count(files).Count(run.bytes).Count(run.problems).Place(run.extent).End();
  }
  writer->End();
}

void ListTags(const Report& report, const Destination& destination) {
  std::vector<std::string> names;
  std::set<std::string> plugins;
  for (const auto& [name, tag] : report.tags) {
    names.push_back(name);
    plugins.insert(tag.plugin);
  }
  const auto writer =
      ListWriter({{"tag", CellType::kText, false, std::move(names)},
                  {"plugin", CellType::kText, false, {plugins.begin(), plugins.end()}},
                  {"runs", CellType::kUint64},
                  {"points", CellType::kUint64}},
                 destination);
  RowWriter row(*writer);
  for (const auto& [name, tag] : report.tags) {
    row.Text(name).Text(tag.plugin).Count(tag.runs).Count(tag.points).Place(tag.extent).End();
  }
  writer->End();
}

Status WriteAnswer(const Command& command, const LoadedLogdir& loaded, const Destination& to) {
  const Selection selection(command.selection);
  const QueryOptions& options = command.query;
  if (options.kind == QueryKind::kRuns || options.kind == QueryKind::kTags) {
    const Report report = MakeReport(*loaded.snapshot, *loaded.stats, selection);
    options.kind == QueryKind::kRuns ? ListRuns(report, to) : ListTags(report, to);
    return Status();
  }
  const std::vector<ChosenSeries> chosen = Choose(*loaded.snapshot, selection);
  return options.kind == QueryKind::kPoints ? WritePoints(*loaded.snapshot, chosen, options, to)
                                            : WriteSummaries(chosen, options, to);
}

}  // namespace

std::vector<Field> NameFields(const std::vector<ChosenSeries>& chosen) {
  // As they are shown: several names with invalid UTF-8 may be shown alike.
  std::set<std::string> runs;
  std::set<std::string> tags;
  for (const ChosenSeries& each : chosen) {
    runs.insert(ToValidUtf8(each.run->name));
    tags.insert(ToValidUtf8(each.series->info->tag));
  }
  return {{.name = "run", .type = CellType::kText, .texts = {runs.begin(), runs.end()}},
          {.name = "tag", .type = CellType::kText, .texts = {tags.begin(), tags.end()}}};
}

CellType CommonType(const std::vector<ChosenSeries>& chosen, Restarts restarts) {
  std::optional<CellType> common;
  for (const ChosenSeries& each : chosen) {
    CellType type = CellType::kFloat64;
    switch (ScalarPoints(*each.run, *each.series, restarts).type()) {
      case ScalarType::kFloat32:
      case ScalarType::kFloat64:
      case ScalarType::kMixed:
        break;
      case ScalarType::kInt64:
        type = CellType::kInt64;
        break;
      case ScalarType::kUint64:
        type = CellType::kUint64;
        break;
      case ScalarType::kBool:
        type = CellType::kBool;
    }
    if (common && *common != type) return CellType::kFloat64;
    common = type;
  }
  return common.value_or(CellType::kFloat64);
}

Result<int> Query(const Command& command, const AnswerOptions& options, Output& output) {
  ASSIGN_OR_RETURN(const LoadedLogdir loaded,
                   LoadOnce(command, RealFileSystem(), options.shows_progress));
  const bool has_points = command.query.kind == QueryKind::kPoints;
  Destination to = {
      .format = command.format.value_or(has_points ? OutputFormat::kCsv : OutputFormat::kTable),
      .terminal = options.terminal,
      .output = output};
  if (command.query.output.empty()) {
    RETURN_IF_ERROR(WriteAnswer(command, loaded, to));
    RETURN_IF_ERROR(output.Finish());
    return EXIT_SUCCESS;
  }
  ASSIGN_OR_RETURN(Output file, Output::Open(command.query.output));
  RETURN_IF_ERROR(
      WriteAnswer(command, loaded, {.format = to.format, .terminal = {}, .output = file}));
  RETURN_IF_ERROR(file.Finish());
  return EXIT_SUCCESS;
}

}  // namespace stepscope
