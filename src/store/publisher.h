// Collects the runs that loaders publish and puts them together into the next Snapshot.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/snapshot.h"

namespace stepscope {

// How long to wait between publications: long enough that they take about a tenth of the time,
// however large they have become. One that took long although those beside it did not was
// interrupted, say by a busy machine: a wait for ten times that would be a page that stands still.
class PublishPace {
 public:
  static constexpr std::chrono::nanoseconds kPeriod = std::chrono::milliseconds(50);
  static constexpr int kCostFactor = 10;
  // However long two in turn took: a page may be late by this much.
  static constexpr std::chrono::nanoseconds kMaxWait = std::chrono::milliseconds(500);

  // What is left of the wait at `now`; zero or less when a publication is due. Without `others` who
  // wait for the processor only the cost counts.
  std::chrono::nanoseconds Left(std::chrono::nanoseconds now, bool has_others) const;
  void Note(std::chrono::nanoseconds begin, std::chrono::nanoseconds end);
  // Work begins: if nothing was published ever, a publication is due a period from now, for most
  // work is done by then.
  void Begin(std::chrono::nanoseconds now) { last_end_ = last_end_.value_or(now); }

 private:
  std::optional<std::chrono::nanoseconds> last_end_;
  // Of the last publication, and of that or the one before it, whichever took less.
  std::chrono::nanoseconds last_cost_{0};
  std::chrono::nanoseconds usual_cost_{0};
};

// Thread-safe: loaders and the coordinator share it. What changes costs nothing until it is
// published, all together.
class Publisher {
 public:
  // Both must outlive the publisher.
  Publisher(SnapshotCell& cell, const Clock& clock) : cell_(cell), clock_(clock) {}

  void SetRun(std::shared_ptr<const RunSnapshot> run);
  void RemoveRun(const std::string& name);
  void SetLogdirState(LogdirState state);
  // `stats_revision`: a loss that changes nothing else is published too.
  void SetProgress(const LoadProgress& progress, uint64_t stats_revision);
  void SetOtherFiles(std::vector<OtherFile> files);

  // Publishes what changed, if it is time to (see PublishPace). Else returns how long to wait
  // before the next call; nothing when there is nothing to publish.
  std::optional<std::chrono::nanoseconds> Flush(bool has_others);
  void FlushNow();

 private:
  using Runs = std::vector<std::shared_ptr<const RunSnapshot>>;
  // A run as of its last change, or none for one that went away.
  struct Change {
    std::string name;
    std::shared_ptr<const RunSnapshot> run;
  };

  void PublishLocked(std::vector<Change>& garbage);
  Runs MergeLocked();

  SnapshotCell& cell_;
  const Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<const Snapshot> published_ = std::make_shared<const Snapshot>();
  std::vector<Change> changes_;  // Since then, in the order in which they came.
  LogdirState logdir_state_ = LogdirState::kOk;
  LoadProgress progress_;
  uint64_t stats_revision_ = 0;
  std::shared_ptr<const std::vector<OtherFile>> other_files_ =
      std::make_shared<const std::vector<OtherFile>>();
  uint64_t generation_ = 0;
  bool is_changed_ = true;
  bool is_urgent_ = false;  // The first load is complete: whoever waits for that has waited enough.
  PublishPace pace_;
};

}  // namespace stepscope
