// The scalars dashboard: one number a step, drawn as lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "plugin/plugin.h"
#include "store/snapshot.h"

namespace stepscope {

extern const Plugin kScalars;

// Whether a series holds this dashboard's numbers.
bool IsScalarSeries(const Series& series);

struct FoundSeries {
  const RunSnapshot* run = nullptr;
  const Series* series = nullptr;
};

// Finds the scalar series that a client means by names that it was shown, where invalid UTF-8 reads
// as U+FFFD; of several that are shown alike, the first. One for each request, so that however many
// names it asks for, those of the snapshot are looked through once. Not thread-safe.
class SeriesFinder {
 public:
  explicit SeriesFinder(const Snapshot& snapshot) : snapshot_(snapshot) {}  // Must outlive this.

  FoundSeries Find(std::string_view run, std::string_view tag);  // Both null if there is none.

 private:
  // By the name as it is shown, of those whose own is another.
  template <typename Element>
  using Shown = std::unordered_map<std::string, const Element*>;

  const RunSnapshot* FindRun(std::string_view name);
  const Series* FindSeries(const RunSnapshot& run, std::string_view tag);

  const Snapshot& snapshot_;
  std::optional<Shown<RunSnapshot>> shown_runs_;
  std::unordered_map<const RunSnapshot*, Shown<Series>> shown_series_;
};

// SeriesFinder for a single series.
FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag);

}  // namespace stepscope
