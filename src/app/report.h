// What `stepscope inspect` says of a log directory, before it has a form.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/selection.h"
#include "base/stats.h"
#include "store/snapshot.h"

namespace stepscope {

// Where values lie on both axes. Wall times that are not finite do not count.
struct Extent {
  std::optional<int64_t> first_step;  // The lowest; none where there are no values.
  std::optional<int64_t> last_step;
  double first_wall_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -std::numeric_limits<double>::infinity();

  void Add(int64_t step, double wall_time);
  void Add(const Extent& other);
};

struct Amount {
  uint64_t tags = 0;  // Distinct ones.
  uint64_t series = 0;
  uint64_t points = 0;
};

struct TagReport {
  std::string plugin;  // Of the first run that has it.
  SeriesKind kind = SeriesKind::kTensor;
  uint64_t runs = 0;
  uint64_t points = 0;
  Extent extent;
};

struct RunReport {
  std::string name;
  std::vector<FileInfo> files;
  uint64_t bytes = 0;
  Amount amount;
  std::map<std::string, Amount> plugins;
  Extent extent;
  uint32_t attempts = 0;   // The most that a series has.
  uint64_t problems = 0;   // Losses and repairs in its files.
  bool is_loaded = false;  // Every file was read to its end.
};

struct Problem {
  Stat stat = Stat::kFileUnreadable;
  uint64_t count = 0;
  std::vector<StatOccurrence> occurrences;  // As many as stats keep.
};

struct Report {
  std::string logdir;
  uint64_t files = 0;
  uint64_t bytes = 0;
  Amount amount;
  uint64_t problem_count = 0;  // Without what is only information.
  std::map<std::string, Amount> plugins;
  std::map<std::string, TagReport> tags;
  std::vector<RunReport> runs;  // In natural order of their names.
  std::vector<Problem> problems;
  std::vector<OtherFile> other_files;  // That dashboards read although they hold no events.
};

Report MakeReport(const Snapshot& snapshot, const Stats& stats, const Selection& selection);

// The two forms of it.
std::string ReportText(const Report& report, const struct Terminal& terminal);
std::string ReportJson(const Report& report);  // Ends with a line's end.

}  // namespace stepscope
