#include "ingest/watched_directories.h"

#include "base/log.h"

namespace stepscope {

bool WatchedDirectories::Add(const std::string& key, const std::string& path, uint64_t device) {
  if (watcher_ == nullptr) return false;
  const Watcher::Answer answer = watcher_->Add(key, path, device);
  if (answer == Watcher::Answer::kWatched) return true;
  unwatched_.insert(key);
  stats_.Add(Stat::kWatchUnavailable, {key, 0, ""});
  if (answer == Watcher::Answer::kExhausted && !has_warned_) {
    has_warned_ = true;
    LogWarning("the system's limit on watches is reached, the rest is polled path=" + path);
  }
  return false;
}

void WatchedDirectories::Remove(const std::string& key) {
  if (watcher_ == nullptr) return;
  watcher_->Remove(key);
  unwatched_.erase(key);
}

}  // namespace stepscope
