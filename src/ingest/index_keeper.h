// Keeps the index on disk in step with what was read: which runs are worth writing, and when.
//
// A run is written once it was loaded, again when it has grown by a quarter, and at last when it
// has been quiet for a minute. What is missing in between costs the next start no more than reading
// those bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "index/index_store.h"
#include "ingest/run_loader.h"

namespace stepscope {

class IndexKeeper {
 public:
  static constexpr std::chrono::seconds kQuietTime{60};
  // Runs that are loaded one soon after the other go into one segment.
  static constexpr std::chrono::seconds kGatherTime{2};
  // After a run could not be asked, or nothing could be written.
  static constexpr std::chrono::seconds kRetryTime{60};
  static constexpr double kGrowth = 1.25;
  static constexpr uint64_t kMinGrowthBytes = 256 << 10;

  // What the run is now; nothing if it cannot be asked at the moment or is gone. Called on the
  // keeper's thread.
  using Save = std::function<std::optional<RunArchive>(const std::string& run)>;
  using IsLive = IndexStore::IsLive;

  // All must outlive the keeper.
  IndexKeeper(IndexStore& store, const Clock& clock, Save save, IsLive is_live);
  IndexKeeper(const IndexKeeper&) = delete;
  IndexKeeper& operator=(const IndexKeeper&) = delete;
  ~IndexKeeper();  // Ends what is being written.

  void Start();
  void Stop();

  // From any thread: so much of the run's files was read by now, or came from the index.
  void OnRestored(const std::string& run, uint64_t bytes);
  void OnRead(const std::string& run, uint64_t bytes);
  void OnRemoved(const std::string& run);

  // The runs that are due at `now`, and when to ask again. For tests.
  std::vector<std::string> TakeDue(std::chrono::nanoseconds now);

 private:
  using Time = std::chrono::nanoseconds;
  struct Run {
    uint64_t read_bytes = 0;
    uint64_t saved_bytes = 0;
    Time changed_at{0};
    bool is_saved = false;
    bool is_changed = false;
  };

  void Work();
  Status Write(const std::vector<std::string>& runs);
  std::optional<Time> DueTime(const Run& run) const;
  void Report(const Status& status);

  IndexStore& store_;
  const Clock& clock_;
  const Save save_;
  const IsLive is_live_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Run> runs_;
  bool is_stopping_ = false;
  bool is_idle_ = false;  // The thread waits for a change; else to wake it up is for nothing.
  std::string last_report_;
  std::thread thread_;
};

}  // namespace stepscope
