#include "base/stats.h"

#include <algorithm>
#include <iterator>

namespace stepscope {

const StatInfo& Describe(Stat stat) {
  static constexpr StatInfo kInfos[] = {
#define STEPSCOPE_STAT_INFO(id, name, severity, text) {name, Severity::severity, text},
      STEPSCOPE_STATS(STEPSCOPE_STAT_INFO)
#undef STEPSCOPE_STAT_INFO
  };
  return kInfos[static_cast<size_t>(stat)];
}

void Stats::Add(Stat stat, StatOccurrence occurrence) {
  const std::lock_guard lock(mutex_);
  Cell& cell = cells_[stat];
  ++cell.count;
  ++cell.count_by_file[occurrence.file];
  if (cell.occurrences.size() < kMaxOccurrences) cell.occurrences.push_back(std::move(occurrence));
  ++revision_;
}

void Stats::RemoveFile(std::string_view file) {
  const std::lock_guard lock(mutex_);
  for (auto& [stat, cell] : cells_) {
    const auto found = cell.count_by_file.find(file);
    if (found == cell.count_by_file.end()) continue;
    cell.count -= found->second;
    cell.count_by_file.erase(found);
    std::erase_if(cell.occurrences, [&](const auto& o) { return o.file == file; });
    ++revision_;
  }
  std::erase_if(cells_, [](const auto& entry) { return entry.second.count == 0; });
}

void Stats::Remove(Stat stat, std::string_view file, uint64_t offset) {
  const std::lock_guard lock(mutex_);
  const auto found = cells_.find(stat);
  if (found == cells_.end()) return;
  Cell& cell = found->second;
  const auto by_file = cell.count_by_file.find(file);
  if (by_file == cell.count_by_file.end()) return;

  uint64_t removed = std::erase_if(cell.occurrences, [&](const StatOccurrence& o) {
    return o.file == file && o.offset == offset;
  });
  if (removed == 0) {
    const auto listed = static_cast<uint64_t>(
        std::count_if(cell.occurrences.begin(), cell.occurrences.end(),
                      [&](const StatOccurrence& o) { return o.file == file; }));
    if (by_file->second == listed) return;
    removed = 1;  // One of those that were only counted.
  }
  cell.count -= removed;
  by_file->second -= removed;
  if (by_file->second == 0) cell.count_by_file.erase(by_file);
  if (cell.count == 0) cells_.erase(found);
  ++revision_;
}

std::map<Stat, StatSummary> Stats::Get() const {
  const std::lock_guard lock(mutex_);
  std::map<Stat, StatSummary> summaries;
  for (const auto& [stat, cell] : cells_) summaries[stat] = {cell.count, cell.occurrences};
  return summaries;
}

std::map<Stat, StatSummary> Stats::GetFile(std::string_view file) const {
  const std::lock_guard lock(mutex_);
  std::map<Stat, StatSummary> summaries;
  for (const auto& [stat, cell] : cells_) {
    const auto found = cell.count_by_file.find(file);
    if (found == cell.count_by_file.end()) continue;
    StatSummary& summary = summaries[stat];
    summary.count = found->second;
    std::copy_if(cell.occurrences.begin(), cell.occurrences.end(),
                 std::back_inserter(summary.occurrences),
                 [&](const StatOccurrence& o) { return o.file == file; });
  }
  return summaries;
}

void Stats::AddFile(const std::string& file, const std::map<Stat, StatSummary>& summaries) {
  const std::lock_guard lock(mutex_);
  for (const auto& [stat, summary] : summaries) {
    if (summary.count == 0) continue;
    Cell& cell = cells_[stat];
    cell.count += summary.count;
    cell.count_by_file[file] += summary.count;
    for (const StatOccurrence& occurrence : summary.occurrences) {
      if (cell.occurrences.size() == kMaxOccurrences) break;
      cell.occurrences.push_back({file, occurrence.offset, occurrence.detail});
    }
    ++revision_;
  }
}

std::map<std::string, uint64_t, std::less<>> Stats::CountByFile(Stat stat) const {
  const std::lock_guard lock(mutex_);
  const auto found = cells_.find(stat);
  if (found == cells_.end()) return {};
  return found->second.count_by_file;
}

uint64_t Stats::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

}  // namespace stepscope
