#include "store/publisher.h"

#include <algorithm>
#include <utility>

namespace stepscope {

std::chrono::nanoseconds PublishPace::Left(std::chrono::nanoseconds now, bool has_others) const {
  if (!last_end_) return std::chrono::nanoseconds(0);
  const auto period = has_others ? kPeriod : std::chrono::nanoseconds(0);
  return *last_end_ + std::max(period, kCostFactor * last_cost_) - now;
}

void PublishPace::Note(std::chrono::nanoseconds begin, std::chrono::nanoseconds end) {
  last_end_ = end;
  last_cost_ = end - begin;
}

void Publisher::SetRun(std::shared_ptr<const RunSnapshot> run) {
  std::shared_ptr<const RunSnapshot> replaced;  // Freed after the lock.
  const std::lock_guard lock(mutex_);
  auto& slot = runs_[run->name];
  if (slot == run) return;
  replaced = std::exchange(slot, std::move(run));
  is_changed_ = true;
}

void Publisher::RemoveRun(const std::string& name) {
  const std::lock_guard lock(mutex_);
  is_changed_ |= runs_.erase(name) > 0;
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
                 progress.is_complete != progress_.is_complete || stats_revision != stats_revision_;
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
  const std::lock_guard lock(mutex_);
  if (!is_changed_) return std::nullopt;
  const auto left = pace_.Left(clock_.Monotonic(), has_others);
  if (left > std::chrono::nanoseconds(0)) return left;
  PublishLocked();
  return std::nullopt;
}

void Publisher::FlushNow() {
  const std::lock_guard lock(mutex_);
  if (is_changed_) PublishLocked();
}

void Publisher::PublishLocked() {
  const auto begin = clock_.Monotonic();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = ++generation_;
  snapshot->logdir_state = logdir_state_;
  snapshot->progress = progress_;
  snapshot->other_files = other_files_;
  snapshot->runs.reserve(runs_.size());
  for (const auto& [name, run] : runs_) snapshot->runs.push_back(run);
  cell_.Publish(std::move(snapshot));
  is_changed_ = false;
  pace_.Note(begin, clock_.Monotonic());
}

}  // namespace stepscope
