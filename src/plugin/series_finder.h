// Finds the series that a client means.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/snapshot.h"

namespace stepscope {

struct FoundSeries {
  const RunSnapshot* run = nullptr;
  const Series* series = nullptr;
};

// Finds series by names that a client was shown, where invalid UTF-8 reads as U+FFFD; of several
// that are shown alike, the first. One for each request, so that however many names it asks for,
// those of the snapshot are looked through once. Not thread-safe.
class SeriesFinder {
 public:
  using Accepts = bool (*)(const Series&);

  // Other series than those that `accepts` says yes to count as missing. `snapshot` must outlive
  // this.
  SeriesFinder(const Snapshot& snapshot, Accepts accepts)
      : snapshot_(snapshot), accepts_(accepts) {}

  FoundSeries Find(std::string_view run, std::string_view tag);  // Both null if there is none.
  const RunSnapshot* FindRun(std::string_view name);
  FoundSeries Find(const RunSnapshot& run, std::string_view tag);  // Of a run of the snapshot.

 private:
  // By the name as it is shown, of those whose own is another.
  template <typename Element>
  using Shown = std::unordered_map<std::string, const Element*>;

  const Series* FindSeries(const RunSnapshot& run, std::string_view tag);

  const Snapshot& snapshot_;
  const Accepts accepts_;
  std::optional<Shown<RunSnapshot>> shown_runs_;
  std::unordered_map<const RunSnapshot*, Shown<Series>> shown_series_;
};

}  // namespace stepscope
