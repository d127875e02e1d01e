// The log directory as a stream of snapshots: finds runs, reads them, follows them.
//
//   watcher, timers -> coordinator -> queue -> workers: RunLoader::Step -> RunSnapshot -> Publisher
//
// The coordinator is one thread, which knows what changed and never reads a file; it hands out runs
// while it still walks. Each run is read by one worker at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/stats.h"
#include "base/thread_pool.h"
#include "index/index_store.h"
#include "ingest/index_keeper.h"
#include "ingest/logdir.h"
#include "ingest/run_loader.h"
#include "ingest/run_queue.h"
#include "ingest/watched_directories.h"
#include "ingest/watcher.h"
#include "store/publisher.h"
#include "store/snapshot.h"

namespace stepscope {

struct IngestOptions {
  std::string logdir;  // May be relative.
  // Between looks at what cannot be watched; 0 loads once and follows nothing.
  double reload_interval_s = 5;
  size_t threads = 0;  // 0: as many as the machine has.
  uint64_t max_record_bytes = RecordReader::kDefaultMaxBufferedBytes;
  bool can_watch = true;  // Else everything is polled.
  SeriesCheck check = nullptr;
  IndexStore* index = nullptr;  // None is kept when null; must outlive the ingest.
};

class Ingest final : private DirectoryObserver {
 public:
  // All must outlive the ingest. Either Start() or Step() is used on one object, not both.
  Ingest(IngestOptions options, const FileSystem& files, const Clock& clock, Stats& stats,
         SnapshotCell& cell);
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;
  ~Ingest() override;  // Stops.

  void Start(std::unique_ptr<Watcher> watcher = nullptr);  // Null: the system's own, if allowed.
  // Returns when all threads have ended, about 100 ms later even in the middle of a load. The last
  // snapshot stays in the cell.
  void Stop();

  // For tests and tools, without threads: looks at everything that is there now, reads what is new,
  // and publishes if anything changed.
  void Step();

 private:
  using Time = std::chrono::nanoseconds;
  using Run = IngestRun;
  class TaskObserver;

  // The coordinator's, or Step()'s.
  void Coordinate();
  Time WaitTime(Time next_sweep, Time next_poll, std::optional<Time> publish_wait) const;
  bool OnEnter(const std::string& key, const std::string& path, uint64_t device) override;
  void OnLeave(const std::string& key) override;
  void OnRun(const std::string& key, const LogdirEntry& entry) override;
  void Apply(const LogdirChanges& changes);
  void RemoveRun(const std::string& name);
  void EndScan();  // The first one.
  void Sweep();
  void RequestAll();
  bool HasPolled() const;  // Whether anything must be looked at in each reload interval.
  void PollUnwatched();
  void HandleWatched(const WatchedChanges& watched);
  void RequestDue();
  void TrimOnce();
  bool IsFinished() const;

  // Any thread's; those with Locked in their names under the mutex.
  void RequestFiles(const std::string& name, std::vector<std::string> files);  // None: all.
  void RequestLocked(const std::shared_ptr<Run>& run, std::vector<std::string> files);
  void QueueLocked(const std::shared_ptr<Run>& run);
  void CallWorkersLocked();
  void Work();
  void ReadRuns();
  std::shared_ptr<Run> TakeRun();  // Null when there is nothing to do.
  // Reads what was requested of a run that is marked as busy. Returns when to look again.
  std::optional<Time> StepRun(Run& run, LoadObserver& observer);
  void SetDueLocked(const Run& run, std::optional<Time> next);
  void FinishLocked(Run& run);
  void MakeLoader(Run& run);
  std::shared_ptr<Run> TakeIdleRun(const std::string& name);
  std::optional<RunArchive> SaveRun(const std::string& name);
  void EraseLocked(Run& run);
  void PublishProgressLocked();

  const IngestOptions options_;
  const FileSystem& files_;
  const Clock& clock_;
  Stats& stats_;
  Publisher publisher_;

  std::unique_ptr<Watcher> watcher_;
  WatchedDirectories directories_;
  Logdir logdir_;
  std::set<std::string> linked_runs_;  // With event files that are links, which no watch covers.

  const Time start_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<uint64_t> bytes_read_{0};
  std::atomic<uint64_t> bytes_found_{0};

  mutable std::mutex mutex_;  // Guards what follows, and hands runs from thread to thread.
  std::unordered_map<std::string, std::shared_ptr<Run>> runs_;
  std::map<std::string, Time> due_;  // Runs to be looked at again without a change.
  RunQueue queue_;
  Time called_at_{0};        // When workers were called the last time.
  size_t worker_count_ = 0;  // Workers that were called and did not end yet,
  size_t reader_count_ = 0;  // and those of them that have a run.
  size_t active_count_ = 0;  // Runs that are queued, being read or being saved.
  uint64_t loaded_count_ = 0;
  uint64_t point_count_ = 0;  // As published.
  bool is_scanned_ = false;   // The first look at all directories is over.
  std::optional<Time> completed_at_;
  bool is_trimmed_ = false;

  size_t thread_count_ = 0;
  std::unique_ptr<ThreadPool> pool_;
  std::thread coordinator_;
  std::unique_ptr<IndexKeeper> keeper_;
};

}  // namespace stepscope
