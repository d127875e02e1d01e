// Finds the runs beneath the log directory: every directory that directly holds an event file
// (event-files.md 2). Keeps the tree of directories, so that a change in one costs one listing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/stats.h"
#include "store/snapshot.h"

namespace stepscope {

// The base name holds "tfevents", wherever.
bool IsEventFileName(std::string_view name);
// Makes its directory a run but is never opened: old TensorFlow profilers left it.
bool IsPlaceholderName(std::string_view name);

// Told about every directory of the tree, so that it can be watched.
class DirectoryObserver {
 public:
  virtual ~DirectoryObserver() = default;
  // Before the directory is listed, so that nothing is missed between the two. `key` is its path
  // relative to the logdir ("." for the logdir), `path` opens it.
  virtual void OnEnter(const std::string& key, const std::string& path) = 0;
  virtual void OnLeave(const std::string& key) = 0;
};

// What a look at the file system changed. Run names are keys of directories.
struct LogdirChanges {
  std::vector<std::string> changed_runs;  // New, or with other files than before.
  std::vector<std::string> removed_runs;
  bool has_other_files = false;  // The list of files that are no events may have changed.
};

// Follows symbolic links, but not to a directory above them. Belongs to one thread.
class Logdir {
 public:
  static constexpr int kMaxDepth = 64;
  static constexpr size_t kMaxDirectories = 1 << 20;

  struct Directory {
    std::vector<std::string> event_files;  // In byte order.
    std::vector<OtherFile> other_files;
    bool has_linked_files = false;  // Some event file is a link, which no watch covers.

    bool is_run() const { return !event_files.empty(); }
  };

  // Everything must outlive this. `path` may be relative.
  Logdir(std::string path, const FileSystem& files, Stats& stats, DirectoryObserver& observer);

  // Looks at everything; cheap while the logdir is missing.
  LogdirChanges Scan();
  // The same, when any directory may be another one by the same name, so that all are entered anew.
  LogdirChanges ScanAnew();
  // Lists one directory again, and walks what is new beneath it. `replaced` are names in it that
  // may stand for something else than before, although they are still there.
  LogdirChanges ScanDirectory(const std::string& key, const std::set<std::string>& replaced = {});

  // Whether the logdir's path leads to another directory than the one that was looked at: a link
  // was turned, or something was mounted. No watch notices that.
  bool HasMoved() const;
  LogdirState state() const { return state_; }
  const Directory* Find(const std::string& key) const;
  std::string PathOf(const std::string& key) const;
  std::vector<OtherFile> OtherFiles() const;

  static std::string ChildKey(const std::string& key, std::string_view name);
  static std::string ParentKey(const std::string& key);  // Of "." it is ".".

 private:
  struct Node : Directory {
    std::vector<std::string> children;  // Names, in byte order.
    std::vector<std::string> loops;     // Keys of links that were not followed.
    std::optional<FileStat> identity;   // Once it was asked for.
    bool is_unreadable = false;         // And counted as such.
    bool is_limit_counted = false;
  };

  LogdirState LookAtRoot(std::optional<FileStat>& found) const;
  void Walk(std::string key, bool whole, LogdirChanges& changes);
  // Lists one directory; returns the keys of those beneath it that are new (or all).
  std::vector<std::string> List(const std::string& key, bool whole, LogdirChanges& changes);
  // Whether the link `name` in `key` leads anywhere but upwards.
  bool CanFollow(const std::string& key, const std::string& name);
  void ForgetLoops(Node& node);
  bool IsLoop(const std::string& key, const FileStat& target);
  void Drop(const std::string& key, LogdirChanges& changes);
  void ForgetRefound(LogdirChanges& changes) const;
  void NoteLimit(Node& node, const std::string& key, bool is_reached);
  void NoteListing(Node& node, const std::string& key, const Status& status);

  std::string path_;
  const FileSystem& files_;
  Stats& stats_;
  DirectoryObserver& observer_;
  LogdirState state_ = LogdirState::kOk;
  std::optional<FileStat> root_;       // The logdir, as it was when it was entered.
  std::map<std::string, Node> nodes_;  // By key.
};

}  // namespace stepscope
