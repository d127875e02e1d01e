#include "store/publisher.h"

#include <algorithm>
#include <utility>

namespace stepscope {

std::chrono::nanoseconds PublishPace::Left(std::chrono::nanoseconds now, bool has_others) const {
  if (!last_end_) return std::chrono::nanoseconds(0);
  const auto period = has_others ? kPeriod : std::chrono::nanoseconds(0);
  return *last_end_ + std::max(period, std::min(kCostFactor * usual_cost_, kMaxWait)) - now;
}

void PublishPace::Note(std::chrono::nanoseconds begin, std::chrono::nanoseconds end) {
  const auto cost = end - begin;
  usual_cost_ = last_end_ ? std::min(cost, last_cost_) : cost;
  last_end_ = end;
  last_cost_ = cost;
}

void Publisher::SetRun(std::shared_ptr<const RunSnapshot> run) {
  const std::lock_guard lock(mutex_);
  std::string name = run->name;
  changes_.push_back({std::move(name), std::move(run)});
  is_changed_ = true;
}

void Publisher::RemoveRun(const std::string& name) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({name, nullptr});
  is_changed_ = true;
}

void Publisher::SetLogdirState(LogdirState state) {
  const std::lock_guard lock(mutex_);
  is_changed_ |= state != logdir_state_;
  logdir_state_ = state;
}

void Publisher::SetProgress(const LoadProgress& progress, uint64_t stats_revision) {
  const std::lock_guard lock(mutex_);
  is_changed_ |= progress.bytes_read != progress_.bytes_read ||
                 progress.bytes_total != progress_.bytes_total ||
                 progress.runs_loaded != progress_.runs_loaded ||
                 progress.runs_total != progress_.runs_total ||
                 progress.points != progress_.points ||
                 progress.is_complete != progress_.is_complete || stats_revision != stats_revision_;
  is_urgent_ |= progress.is_complete && !progress_.is_complete;
  progress_ = progress;
  stats_revision_ = stats_revision;
}

void Publisher::SetOtherFiles(std::vector<OtherFile> files) {
  auto shared = std::make_shared<const std::vector<OtherFile>>(std::move(files));
  const std::lock_guard lock(mutex_);
  is_changed_ = true;
  other_files_ = std::move(shared);
}

std::optional<std::chrono::nanoseconds> Publisher::Flush(bool has_others) {
  std::vector<Change> garbage;  // Freed after the lock.
  const std::lock_guard lock(mutex_);
  if (!is_changed_) return std::nullopt;
  const auto left = pace_.Left(clock_.Monotonic(), has_others);
  if (left > std::chrono::nanoseconds(0) && !is_urgent_) return left;
  PublishLocked(garbage);
  return std::nullopt;
}

void Publisher::FlushNow() {
  std::vector<Change> garbage;
  const std::lock_guard lock(mutex_);
  if (is_changed_) PublishLocked(garbage);
}

void Publisher::PublishLocked(std::vector<Change>& garbage) {
  const auto begin = clock_.Monotonic();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = ++generation_;
  snapshot->logdir_state = logdir_state_;
  snapshot->progress = progress_;
  snapshot->other_files = other_files_;
  snapshot->runs = MergeLocked();
  published_ = snapshot;
  cell_.Publish(std::move(snapshot));
  garbage = std::exchange(changes_, {});
  is_changed_ = is_urgent_ = false;
  pace_.Note(begin, clock_.Monotonic());
}

// The runs that are published, with the changes among them.
Publisher::Runs Publisher::MergeLocked() {
  const Runs& before = published_->runs;
  // Of two changes of a run the later one counts.
  std::stable_sort(changes_.begin(), changes_.end(),
                   [](const Change& a, const Change& b) { return a.name < b.name; });
  Runs runs;
  runs.reserve(before.size() + changes_.size());
  auto kept = before.begin();
  for (auto change = changes_.begin(); change != changes_.end(); ++change) {
    if (const auto next = change + 1; next != changes_.end() && next->name == change->name)
      continue;
    const auto behind =
        std::lower_bound(kept, before.end(), change->name,
                         [](const auto& run, const std::string& name) { return run->name < name; });
    runs.insert(runs.end(), kept, behind);
    kept = behind;
    if (kept != before.end() && (*kept)->name == change->name) ++kept;
    if (change->run) runs.push_back(change->run);
  }
  runs.insert(runs.end(), kept, before.end());
  return runs;
}

}  // namespace stepscope
