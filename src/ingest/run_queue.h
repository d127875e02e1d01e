// Which run is read next.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "ingest/run_loader.h"

namespace stepscope {

// One run and who is at work on it. Guarded by the ingest's mutex, except that the loader belongs
// to the task while `is_busy`.
struct IngestRun {
  std::string key;   // Of its directory.
  std::string name;  // Logdir::RunName of that.
  std::unique_ptr<RunLoader> loader;
  int64_t newest_ns = 0;  // When its files were modified last, as far as known before it is read.
  uint64_t point_count = 0;  // As published last.
  bool is_queued = false;
  bool is_busy = false;
  bool was_loaded = false;
  std::atomic<bool> is_removed{false};
  // What to do next.
  bool is_requested = false;
  bool wants_all_files = false;
  bool starts_over = false;                      // The run went away and came back.
  std::vector<std::string> wanted_files;         // Unless all.
  std::optional<std::vector<std::string>> list;  // The event files that there are, if that changed.
};

// Runs that were never read come the newest first, because people look at what is running; runs
// that changed come in their order. The two take turns, so that neither waits for ever. Not
// thread-safe.
class RunQueue {
 public:
  void Push(std::shared_ptr<IngestRun> run);
  std::shared_ptr<IngestRun> Pop();  // Null when empty.
  size_t size() const { return unread_.size() + changed_.size(); }
  bool empty() const { return unread_.empty() && changed_.empty(); }

 private:
  struct IsOlder {
    bool operator()(const std::shared_ptr<IngestRun>& a,
                    const std::shared_ptr<IngestRun>& b) const {
      return a->newest_ns < b->newest_ns;
    }
  };
  std::priority_queue<std::shared_ptr<IngestRun>, std::vector<std::shared_ptr<IngestRun>>, IsOlder>
      unread_;
  std::deque<std::shared_ptr<IngestRun>> changed_;
  bool is_changed_turn_ = true;
};

}  // namespace stepscope
