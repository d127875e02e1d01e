#include "ingest/ingest.h"

#include <algorithm>
#include <utility>

#include "base/chunk_memory.h"
#include "base/log.h"

namespace stepscope {
namespace {

using std::chrono::nanoseconds;

// With watches a full look is only for what they missed.
constexpr nanoseconds kSweepPeriod = std::chrono::seconds(60);
// A logdir that is not there yet, or not any more.
constexpr nanoseconds kMissingPeriod = std::chrono::seconds(1);
// While files are read: how long publications and progress may wait for each other.
constexpr nanoseconds kActivePeriod = PublishPace::kPeriod;
// Between two rounds of watched changes: a file that is written to all the time is read this often.
constexpr nanoseconds kCoalescePeriod = std::chrono::milliseconds(10);
// While the logdir is walked for the first time, workers are called for so many runs together or
// after this time: to put a worker to sleep and wake it up again takes as long as a small run.
constexpr size_t kCallRuns = 32;
constexpr nanoseconds kCallPeriod = std::chrono::milliseconds(1);

nanoseconds FromSeconds(double seconds) {
  constexpr double kMaxSeconds = 1e6;  // Eleven days; far from any overflow.
  return std::chrono::duration_cast<nanoseconds>(
      std::chrono::duration<double>(std::clamp(seconds, 0.0, kMaxSeconds)));
}

}  // namespace

// Stands between a loader and the ingest, on a thread of the pool or in Step().
class Ingest::TaskObserver final : public LoadObserver {
 public:
  TaskObserver(Ingest& ingest, Run& run, bool can_wait)
      : ingest_(ingest), run_(run), can_wait_(can_wait) {}

  bool IsCancelled() override {
    return ingest_.is_stopping_.load(std::memory_order_relaxed) ||
           run_.is_removed.load(std::memory_order_relaxed);
  }

  void OnBytes(uint64_t bytes) override {
    ingest_.bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
  }

  void OnPublish(std::shared_ptr<const RunSnapshot> run) override {
    {
      const std::lock_guard lock(ingest_.mutex_);
      if (run_.is_removed) return;
      ingest_.point_count_ += run->point_count - run_.point_count;
      run_.point_count = run->point_count;
      ingest_.publisher_.SetRun(std::move(run));
      ingest_.PublishProgressLocked();
    }
    if (can_wait_) ingest_.publisher_.Flush(/*has_others=*/true);
  }

  bool CanWait() const override { return can_wait_; }

 private:
  Ingest& ingest_;
  Run& run_;
  const bool can_wait_;
};

Ingest::Ingest(IngestOptions options, const FileSystem& files, const Clock& clock, Stats& stats,
               SnapshotCell& cell)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      stats_(stats),
      publisher_(cell, clock),
      directories_(stats),
      logdir_(options_.logdir, files, clock, stats, *this),
      start_(clock.Monotonic()) {}

Ingest::~Ingest() { Stop(); }

void Ingest::Start(std::unique_ptr<Watcher> watcher) {
  const bool follows = options_.reload_interval_s > 0;
  watcher_ = std::move(watcher);
  if (!watcher_ && follows && options_.can_watch) watcher_ = MakeInotifyWatcher();
  if (!watcher_) watcher_ = MakeSleepingWatcher();
  if (follows) directories_.Use(*watcher_);
  const size_t machine_threads = std::max(1u, std::thread::hardware_concurrency());
  thread_count_ = options_.threads == 0 ? machine_threads : options_.threads;
  pool_ = std::make_unique<ThreadPool>(thread_count_);
  if (options_.index != nullptr) {
    keeper_ = std::make_unique<IndexKeeper>(
        *options_.index, clock_, [this](const std::string& name) { return SaveRun(name); },
        [this](std::string_view name) {
          const std::lock_guard lock(mutex_);
          return runs_.contains(std::string(name));
        });
    keeper_->Start();
  }
  coordinator_ = std::thread([this] { Coordinate(); });
}

void Ingest::Stop() {
  {
    // Under the mutex, under which tasks look before they submit: none does after this.
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  if (coordinator_.joinable()) {
    watcher_->Wake();
    coordinator_.join();
  }
  if (keeper_) keeper_->Stop();
  pool_.reset();
}

void Ingest::Step() {
  Apply(logdir_.Scan());
  std::vector<std::shared_ptr<Run>> runs;
  {
    const std::lock_guard lock(mutex_);
    is_scanned_ = true;
    for (const auto& [name, run] : runs_) runs.push_back(run);
  }
  std::sort(runs.begin(), runs.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  for (const auto& run : runs) {
    TaskObserver observer(*this, *run, /*can_wait=*/false);
    {
      const std::lock_guard lock(mutex_);
      run->wants_all_files = run->is_busy = true;
      ++active_count_;
    }
    const auto next = StepRun(*run, observer);
    const std::lock_guard lock(mutex_);
    SetDueLocked(*run, next);
    FinishLocked(*run);
  }
  {
    const std::lock_guard lock(mutex_);
    PublishProgressLocked();
  }
  publisher_.FlushNow();
}

void Ingest::Coordinate() {
  Apply(logdir_.Scan());
  EndScan();
  const Time poll_period = FromSeconds(options_.reload_interval_s);
  const auto sweep_period = [&] {
    return logdir_.state() == LogdirState::kOk ? kSweepPeriod : kMissingPeriod;
  };
  Time next_sweep = clock_.Monotonic() + sweep_period();
  Time next_poll = clock_.Monotonic() + poll_period;
  while (!is_stopping_ && !IsFinished()) {
    const auto has_others = [this] {
      const std::lock_guard lock(mutex_);
      return active_count_ > 0;
    };
    const auto publish_wait = publisher_.Flush(has_others());
    const WatchedChanges watched = watcher_->Wait(WaitTime(next_sweep, next_poll, publish_wait));
    if (is_stopping_) return;
    const Time begin = clock_.Monotonic();
    HandleWatched(watched);
    if (begin >= next_sweep && options_.reload_interval_s > 0) {
      Sweep();
      next_sweep = clock_.Monotonic() + sweep_period();
    }
    if (begin >= next_poll && options_.reload_interval_s > 0) {
      if (logdir_.may_move() && logdir_.HasMoved()) Sweep();
      PollUnwatched();
      next_poll = clock_.Monotonic() + poll_period;
    }
    RequestDue();
    TrimOnce();
    next_sweep =
        std::min(next_sweep, clock_.Monotonic() + sweep_period());  // The logdir may be gone.
    {
      const std::lock_guard lock(mutex_);
      PublishProgressLocked();
    }
    const Time rest = begin + kCoalescePeriod - clock_.Monotonic();
    if (!watched.empty() && rest > Time(0)) std::this_thread::sleep_for(rest);
  }
  if (!is_stopping_) publisher_.FlushNow();  // Everything was loaded once.
}

Ingest::Time Ingest::WaitTime(Time next_sweep, Time next_poll,
                              std::optional<Time> publish_wait) const {
  const Time now = clock_.Monotonic();
  Time until = Time::max();
  if (options_.reload_interval_s > 0) until = next_sweep;
  if (options_.reload_interval_s > 0 && HasPolled()) until = std::min(until, next_poll);
  if (publish_wait) until = std::min(until, now + *publish_wait);
  const std::lock_guard lock(mutex_);
  if (active_count_ > 0) until = std::min(until, now + kActivePeriod);
  for (const auto& [name, time] : due_) until = std::min(until, time);
  return until == Time::max() ? Time(-1) : std::max(until - now, Time(0));
}

void Ingest::Apply(const LogdirChanges& changes) {
  for (const std::string& name : changes.removed_runs) RemoveRun(name);
  if (changes.has_other_files) publisher_.SetOtherFiles(logdir_.OtherFiles());
  publisher_.SetLogdirState(logdir_.state());
}

bool Ingest::OnEnter(const std::string& key, const std::string& path, uint64_t device) {
  return directories_.Add(key, path, device);
}

void Ingest::OnLeave(const std::string& key) { directories_.Remove(key); }

void Ingest::OnRun(const std::string& key, const LogdirEntry& entry) {
  if (entry.has_linked_files) {
    linked_runs_.insert(key);
  } else {
    linked_runs_.erase(key);
  }
  const std::lock_guard lock(mutex_);
  auto& run = runs_[key];
  if (!run) {
    run = std::make_shared<Run>();
    run->key = key;
    run->name = Logdir::RunName(key);
    run->newest_ns = entry.newest_ns;
    bytes_found_ += entry.new_bytes;
  }
  // One that is on its way out is still being read by its task, which will start over.
  if (run->is_removed.exchange(false)) run->starts_over = true;
  run->list = entry.event_files;
  if (pool_) RequestLocked(run, {});
}

void Ingest::EndScan() {
  const std::lock_guard lock(mutex_);
  is_scanned_ = true;
  CallWorkersLocked();
  PublishProgressLocked();
}

void Ingest::RemoveRun(const std::string& name) {
  linked_runs_.erase(name);
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(name);
  if (found == runs_.end()) return;
  found->second->is_removed = true;
  point_count_ -= std::exchange(found->second->point_count, 0);
  publisher_.RemoveRun(found->second->name);
  if (!found->second->is_busy && !found->second->is_queued) EraseLocked(*found->second);
}

void Ingest::EraseLocked(Run& run) {
  if (keeper_) keeper_->OnRemoved(run.key);
  if (run.loader) run.loader->SetFiles({});  // Takes back what was counted.
  loaded_count_ -= run.was_loaded ? 1 : 0;
  due_.erase(run.key);
  runs_.erase(std::string(run.key));
}

void Ingest::Sweep() {
  Apply(logdir_.Scan());
  RequestAll();
}

void Ingest::RequestAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, run] : runs_) RequestLocked(run, {});
}

bool Ingest::HasPolled() const {
  return logdir_.may_move() || !directories_.unwatched().empty() || !linked_runs_.empty();
}

void Ingest::PollUnwatched() {
  std::set<std::string> keys = directories_.unwatched();
  keys.insert(linked_runs_.begin(), linked_runs_.end());
  for (const std::string& key : keys) {
    Apply(logdir_.ScanDirectory(key));
    RequestFiles(key, {});
  }
}

void Ingest::HandleWatched(const WatchedChanges& watched) {
  if (watched.has_lost_events) {
    // A directory may have been replaced by another one of its name, and its watch is dead then.
    Apply(logdir_.ScanAnew());
    RequestAll();
    return;
  }
  for (const auto& [key, change] : watched.directories) {
    if (change.is_gone && key == Logdir::ParentKey(key)) {
      Apply(logdir_.ScanAnew());
    } else if (change.is_gone) {
      const size_t slash = key.rfind('/');
      Apply(logdir_.ScanDirectory(Logdir::ParentKey(key),
                                  {slash == key.npos ? key : key.substr(slash + 1)}));
    } else if (change.has_new_listing) {
      Apply(logdir_.ScanDirectory(key, change.replaced));
    }
    if (!change.written.empty()) RequestFiles(key, change.written);
  }
}

void Ingest::RequestDue() {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.Monotonic();
  for (auto entry = due_.begin(); entry != due_.end();) {
    if (entry->second > now) {
      ++entry;
      continue;
    }
    const auto run = runs_.find(entry->first);
    entry = due_.erase(entry);
    if (run != runs_.end()) RequestLocked(run->second, {});
  }
}

// The first load leaves holes where memory came and went.
void Ingest::TrimOnce() {
  {
    const std::lock_guard lock(mutex_);
    if (is_trimmed_ || !completed_at_ || worker_count_ > 0) return;
    is_trimmed_ = true;
  }
  ReturnFreeMemory();
}

bool Ingest::IsFinished() const {
  const std::lock_guard lock(mutex_);
  return options_.reload_interval_s <= 0 && active_count_ == 0 && due_.empty();
}

void Ingest::RequestFiles(const std::string& name, std::vector<std::string> files) {
  const std::lock_guard lock(mutex_);
  const auto run = runs_.find(name);
  if (run != runs_.end()) RequestLocked(run->second, std::move(files));
}

void Ingest::RequestLocked(const std::shared_ptr<Run>& run, std::vector<std::string> files) {
  run->is_requested = true;
  run->wants_all_files |= files.empty();
  run->wanted_files.insert(run->wanted_files.end(), std::make_move_iterator(files.begin()),
                           std::make_move_iterator(files.end()));
  QueueLocked(run);
}

void Ingest::QueueLocked(const std::shared_ptr<Run>& run) {
  if (run->is_queued || run->is_busy) return;
  run->is_queued = true;
  ++active_count_;
  queue_.Push(run);
  if (is_scanned_ || queue_.size() >= kCallRuns || clock_.Monotonic() - called_at_ >= kCallPeriod) {
    CallWorkersLocked();
  }
}

void Ingest::CallWorkersLocked() {
  called_at_ = clock_.Monotonic();
  while (worker_count_ < thread_count_ && worker_count_ - reader_count_ < queue_.size()) {
    ++worker_count_;
    pool_->Submit([this] { Work(); });
  }
}

void Ingest::Work() {
  ReadRuns();
  ReleaseSpareMemory();
}

void Ingest::ReadRuns() {
  while (const std::shared_ptr<Run> run = TakeRun()) {
    TaskObserver observer(*this, *run, /*can_wait=*/true);
    std::optional<Time> next;
    if (!observer.IsCancelled()) next = StepRun(*run, observer);
    bool has_others;
    {
      const std::lock_guard lock(mutex_);
      --reader_count_;
      SetDueLocked(*run, next);
      FinishLocked(*run);
      if (!run->is_removed && run->is_requested && !is_stopping_) QueueLocked(run);
      PublishProgressLocked();
      has_others = active_count_ > 0 || !is_scanned_;
    }
    publisher_.Flush(has_others);
    // With others the coordinator looks by itself, every now and then.
    if (!has_others) watcher_->Wake();
  }
}

std::shared_ptr<Ingest::Run> Ingest::TakeRun() {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Run> run = is_stopping_ ? nullptr : queue_.Pop();
  if (!run) {
    --worker_count_;
    return nullptr;
  }
  ++reader_count_;
  run->is_queued = false;
  run->is_busy = true;
  return run;
}

std::optional<Ingest::Time> Ingest::StepRun(Run& run, LoadObserver& observer) {
  std::vector<std::string> wanted;
  std::optional<std::vector<std::string>> list;
  {
    const std::lock_guard lock(mutex_);
    run.is_requested = false;
    wanted = std::exchange(run.wanted_files, {});
    if (std::exchange(run.wants_all_files, false)) wanted.clear();
    list = std::exchange(run.list, std::nullopt);
    if (std::exchange(run.starts_over, false) && run.loader) {
      run.loader->SetFiles({});
      run.loader.reset();
    }
  }
  if (!run.loader) MakeLoader(run);
  if (list) run.loader->SetFiles(*list);
  const auto next = run.loader->Step(observer, wanted);
  if (keeper_ && run.loader->is_loaded()) keeper_->OnRead(run.key, run.loader->used_bytes());
  return next;
}

// With what the index knows of the run, if anything: the loader then notices what has changed
// since.
void Ingest::MakeLoader(Run& run) {
  const auto make = [&] {
    const LoaderContext context{files_, clock_, stats_, options_.max_record_bytes, options_.check};
    run.loader = std::make_unique<RunLoader>(context, run.name, logdir_.PathOf(run.key));
  };
  make();
  const auto section = options_.index == nullptr ? std::nullopt : options_.index->Find(run.key);
  if (!section) return;
  const auto head = section->Head();
  const auto body = section->Body();
  if (!head || !body || !run.loader->Restore(*head, *body, section->keep_alive())) {
    make();  // Damaged: as good as not there.
  } else if (keeper_) {
    keeper_->OnRestored(run.key, run.loader->used_bytes());
  }
}

// The run, marked as busy; null if it is gone or is read all the time.
std::shared_ptr<Ingest::Run> Ingest::TakeIdleRun(const std::string& name) {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts && !is_stopping_; ++attempt) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = runs_.find(name);
      if (found == runs_.end()) return nullptr;
      if (!found->second->is_busy && !found->second->is_queued) {
        found->second->is_busy = true;
        ++active_count_;
        return found->second;
      }
    }
    std::this_thread::sleep_for(kCoalescePeriod);
  }
  return nullptr;
}

std::optional<RunArchive> Ingest::SaveRun(const std::string& name) {
  const std::shared_ptr<Run> run = TakeIdleRun(name);
  if (!run) return std::nullopt;
  std::optional<RunArchive> archive;
  if (run->loader) archive = run->loader->Save();
  const std::lock_guard lock(mutex_);
  FinishLocked(*run);
  if (!run->is_removed && run->is_requested && !is_stopping_) QueueLocked(run);
  return archive;
}

void Ingest::SetDueLocked(const Run& run, std::optional<Time> next) {
  if (next) {
    due_[run.key] = *next;
  } else {
    due_.erase(run.key);
  }
}

void Ingest::FinishLocked(Run& run) {
  run.is_busy = false;
  --active_count_;
  if (run.is_removed) {
    EraseLocked(run);
    return;
  }
  if (run.was_loaded || !run.loader || !run.loader->is_loaded()) return;
  run.was_loaded = true;
  ++loaded_count_;
}

void Ingest::PublishProgressLocked() {
  if (!completed_at_ && is_scanned_ && loaded_count_ >= runs_.size()) {
    completed_at_ = clock_.Monotonic();
  }
  const uint64_t bytes_read = bytes_read_;
  publisher_.SetProgress(
      {.bytes_read = bytes_read,
       .bytes_total = std::max<uint64_t>(bytes_found_, bytes_read),
       .runs_loaded = loaded_count_,
       .runs_total = runs_.size(),
       .points = point_count_,
       .is_complete = completed_at_.has_value(),
       .seconds = std::chrono::duration<double>(completed_at_.value_or(clock_.Monotonic()) - start_)
                      .count()},
      stats_.revision());
}

}  // namespace stepscope
