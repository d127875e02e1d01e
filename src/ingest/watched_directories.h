// Keeps a watch on every directory of the logdir, and a list of those that have none.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/stats.h"
#include "ingest/watcher.h"

namespace stepscope {

// Belongs to one thread.
class WatchedDirectories {
 public:
  explicit WatchedDirectories(Stats& stats) : stats_(stats) {}  // `stats` must outlive this.

  void Use(Watcher& watcher) { watcher_ = &watcher; }  // Before that, nothing is followed.

  // Returns whether there is a watch now. For the arguments see DirectoryObserver::OnEnter.
  bool Add(const std::string& key, const std::string& path, uint64_t device);
  void Remove(const std::string& key);
  const std::set<std::string>& unwatched() const { return unwatched_; }

 private:
  Stats& stats_;
  Watcher* watcher_ = nullptr;
  std::set<std::string> unwatched_;
  bool has_warned_ = false;
};

}  // namespace stepscope
