#include "ingest/index_keeper.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace stepscope {
namespace {

constexpr std::chrono::seconds kLookPeriod{1};

}  // namespace

IndexKeeper::IndexKeeper(IndexStore& store, const Clock& clock, Save save, IsLive is_live)
    : store_(store), clock_(clock), save_(std::move(save)), is_live_(std::move(is_live)) {}

IndexKeeper::~IndexKeeper() { Stop(); }

void IndexKeeper::Start() {
  thread_ = std::thread([this] { Work(); });
}

void IndexKeeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void IndexKeeper::OnRestored(const std::string& run, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  runs_[run] = {.read_bytes = bytes, .saved_bytes = bytes, .is_saved = true};
}

void IndexKeeper::OnRead(const std::string& run, uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    Run& known = runs_[run];
    if (known.read_bytes == bytes && (known.is_saved || known.is_changed)) return;
    known.read_bytes = bytes;
    known.changed_at = clock_.Monotonic();
    known.is_changed = true;
    if (!std::exchange(is_idle_, false)) return;
  }
  changed_.notify_all();
}

void IndexKeeper::OnRemoved(const std::string& run) {
  const std::lock_guard lock(mutex_);
  runs_.erase(run);
}

std::optional<IndexKeeper::Time> IndexKeeper::DueTime(const Run& run) const {
  if (!run.is_changed) return std::nullopt;
  const auto grown = static_cast<uint64_t>(kGrowth * static_cast<double>(run.saved_bytes));
  const bool has_grown = run.read_bytes >= std::max(grown, run.saved_bytes + kMinGrowthBytes);
  if (!run.is_saved || has_grown || run.read_bytes < run.saved_bytes) {
    return run.changed_at + kGatherTime;
  }
  return run.changed_at + kQuietTime;
}

std::vector<std::string> IndexKeeper::TakeDue(Time now) {
  const std::lock_guard lock(mutex_);
  const bool has_due = std::any_of(runs_.begin(), runs_.end(), [&](const auto& entry) {
    const auto due = DueTime(entry.second);
    return due && *due <= now;
  });
  std::vector<std::string> due;
  if (!has_due) return due;
  for (auto& [name, run] : runs_) {
    // Whatever waits for others to be gathered with goes along.
    const auto time = DueTime(run);
    if (!time || *time > now + kGatherTime) continue;
    due.push_back(name);
    run.is_changed = false;
    run.is_saved = true;
    run.saved_bytes = run.read_bytes;
  }
  return due;
}

void IndexKeeper::Work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto has_change = [this] {
        return is_stopping_ || std::any_of(runs_.begin(), runs_.end(), [](const auto& entry) {
                 return entry.second.is_changed;
               });
      };
      is_idle_ = !has_change();
      changed_.wait(lock, has_change);  // An idle server has nothing to do here.
      is_idle_ = false;
      changed_.wait_for(lock, kLookPeriod, [this] { return is_stopping_; });
      if (is_stopping_) return;
    }
    const std::vector<std::string> due = TakeDue(clock_.Monotonic());
    if (!due.empty()) Report(Write(due));
  }
}

Status IndexKeeper::Write(const std::vector<std::string>& runs) {
  std::vector<std::string> postponed;
  const Status written = store_.Write([&](SegmentWriter& segment) -> Status {
    for (const std::string& run : runs) {
      {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return Error{Code::kCancelled, "stopped"};
      }
      const std::optional<RunArchive> archive = save_(run);
      if (!archive) {
        postponed.push_back(run);
        continue;
      }
      RETURN_IF_ERROR(segment.Add(run, archive->head.bytes(), archive->body.pieces()));
    }
    return {};
  });
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& run : written ? postponed : runs) {
      const auto known = runs_.find(run);
      if (known == runs_.end()) continue;
      known->second.is_changed = true;
      known->second.changed_at = clock_.Monotonic() + kRetryTime;
    }
  }
  if (!written) return written;
  RETURN_IF_ERROR(store_.Compact(is_live_));
  return store_.Prune();
}

// One line the first time that something goes wrong, and none for what is not worth it.
void IndexKeeper::Report(const Status& status) {
  for (const std::string& notice : store_.TakeNotices()) LogWarning(notice);
  if (status || status.error().code == Code::kUnavailable ||
      status.error().code == Code::kCancelled || status.error().message == last_report_) {
    return;
  }
  last_report_ = status.error().message;
  LogWarning("the index is not written, the next start will read the files again reason=" +
             last_report_);
}

}  // namespace stepscope
