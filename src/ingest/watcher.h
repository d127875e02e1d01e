// Says which directories changed, where the system can tell.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace stepscope {

struct DirectoryChange {
  bool has_new_listing = false;      // Names came or went.
  bool is_gone = false;              // The directory itself was deleted or moved.
  std::vector<std::string> written;  // Event files whose bytes or permissions changed.
  std::set<std::string> replaced;    // Names in it that came, went or were moved.
};

struct WatchedChanges {
  bool has_lost_events = false;                        // Anything may have changed.
  std::map<std::string, DirectoryChange> directories;  // By key.

  bool empty() const { return !has_lost_events && directories.empty(); }
};

class Watcher {
 public:
  enum class Answer : uint8_t {
    kWatched,
    kUnsupported,  // By this file system: poll.
    kExhausted,    // The system's limit on watches is reached: poll.
    kFailed,       // The directory is gone or closed to us.
  };

  virtual ~Watcher() = default;
  // `key` names the directory in what is reported. Two keys may lead to one directory. `device` is
  // the one it lies on: FileStat::device, or 0 for unknown.
  virtual Answer Add(const std::string& key, const std::string& path, uint64_t device) = 0;
  virtual void Remove(const std::string& key) = 0;
  // Waits for a change, for Wake(), or for the time to pass (negative: for ever).
  virtual WatchedChanges Wait(std::chrono::nanoseconds timeout) = 0;
  virtual void Wake() = 0;  // Any thread; the others belong to one.
};

// Null where the system offers none.
std::unique_ptr<Watcher> MakeInotifyWatcher();
// Watches nothing, so that everything is polled.
std::unique_ptr<Watcher> MakeSleepingWatcher();

}  // namespace stepscope
