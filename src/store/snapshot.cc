#include "store/snapshot.h"

#include <algorithm>
#include <numeric>

namespace stepscope {

uint64_t Series::size() const {
  return std::accumulate(strands.begin(), strands.end(), uint64_t{0},
                         [](uint64_t sum, const Strand& strand) { return sum + strand.size(); });
}

const Series* RunSnapshot::Find(std::string_view tag) const {
  const auto found = std::lower_bound(
      series.begin(), series.end(), tag,
      [](const Series& s, std::string_view wanted) { return s.info->tag < wanted; });
  return found != series.end() && found->info->tag == tag ? &*found : nullptr;
}

const RunSnapshot* Snapshot::FindRun(std::string_view name) const {
  const auto found = std::lower_bound(runs.begin(), runs.end(), name,
                                      [](const std::shared_ptr<const RunSnapshot>& run,
                                         std::string_view wanted) { return run->name < wanted; });
  return found != runs.end() && (*found)->name == name ? found->get() : nullptr;
}

const Series* Snapshot::FindSeries(std::string_view run, std::string_view tag) const {
  const RunSnapshot* const found = FindRun(run);
  return found == nullptr ? nullptr : found->Find(tag);
}

SnapshotCell::SnapshotCell() : snapshot_(std::make_shared<const Snapshot>()) {}

std::shared_ptr<const Snapshot> SnapshotCell::Load() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void SnapshotCell::Publish(std::shared_ptr<const Snapshot> snapshot) {
  // The old one may be the last of its kind: it is freed after the lock.
  std::shared_ptr<const Snapshot> swapped = snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot_.swap(swapped);
  }
  for (const Listener& listener : listeners_) listener(snapshot);
}

void SnapshotCell::AddListener(Listener listener) { listeners_.push_back(std::move(listener)); }

}  // namespace stepscope
