// Finds the runs beneath the log directory: every directory that directly holds an event file
// (event-files.md 2). Keeps the tree of directories, so that a change in one costs one listing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/stats.h"
#include "base/strings.h"
#include "store/snapshot.h"

namespace stepscope {

// The base name holds "tfevents", wherever.
bool IsEventFileName(std::string_view name);
// Makes its directory a run but is never opened: old TensorFlow profilers left it.
bool IsPlaceholderName(std::string_view name);

// One directory of the tree: what it holds itself.
struct LogdirEntry {
  std::vector<std::string> event_files;  // In byte order.
  std::vector<OtherFile> other_files;
  bool has_linked_files = false;  // Some event file is a link, which no watch covers.
  // Of the event files that were new when it was listed last.
  int64_t newest_ns = 0;  // Their latest modification.
  uint64_t new_bytes = 0;

  bool is_run() const { return !event_files.empty(); }
};

// Told about every directory of the tree while it is walked.
class DirectoryObserver {
 public:
  virtual ~DirectoryObserver() = default;
  // Before the directory's entries are read, so that one who watches it misses nothing between the
  // two. `key` is its path relative to the logdir ("." for the logdir), `path` opens it, `device`
  // is what it lies on. Returns whether changes in it will be reported: else every look lists it.
  virtual bool OnEnter(const std::string& key, const std::string& path, uint64_t device) = 0;
  virtual void OnLeave(const std::string& key) = 0;
  // A run that is new, or has other files than before, as soon as it is found: a large logdir is
  // read while it is walked.
  virtual void OnRun(const std::string& key, const LogdirEntry& entry) = 0;
};

// What a look at the file system changed. Run names are keys of directories.
struct LogdirChanges {
  std::vector<std::string> changed_runs;  // Those that the observer was told about.
  std::vector<std::string> removed_runs;
  bool has_other_files = false;  // The list of files that are no events may have changed.
};

// Follows symbolic links, but not to a directory above them. Belongs to one thread.
class Logdir {
 public:
  static constexpr int kMaxDepth = 64;
  static constexpr size_t kMaxDirectories = 1 << 20;
  // Links on the way to one directory. Links that lead to each other in all orders make a tree that
  // grows with the factorial of their number.
  static constexpr int kMaxLinks = 4;
  // Directories behind more than one link: in earnest a few. (Behind a single one lies whatever the
  // user keeps elsewhere, and that can be much.)
  static constexpr size_t kMaxManyLinked = 10'000;
  // File systems' clocks tick at least that often: once nothing changed for so long, the next
  // change has another time.
  static constexpr std::chrono::seconds kSettleTime{2};

  // Everything must outlive this. `path` may be relative.
  Logdir(std::string path, const FileSystem& files, const Clock& clock, Stats& stats,
         DirectoryObserver& observer);

  // Looks at everything; cheap while the logdir is missing. A directory that is watched, and whose
  // status says that nothing came or went, is not listed again.
  LogdirChanges Scan();
  // The same, when any directory may be another one by the same name, so that all are entered anew.
  LogdirChanges ScanAnew();
  // Lists one directory again, and walks what is new beneath it. `replaced` are names in it that
  // may stand for something else than before, although they are still there. One that is not there
  // any more goes away.
  LogdirChanges ScanDirectory(const std::string& key, const std::set<std::string>& replaced = {});

  // Whether the logdir's path leads to another directory than the one that was looked at: a link
  // was turned, or something was mounted. No watch notices that.
  bool HasMoved() const;
  // Whether there is a link on the way to the logdir, so that this is worth asking often.
  bool may_move() const { return may_move_; }
  LogdirState state() const { return state_; }
  const LogdirEntry* Find(const std::string& key) const;
  std::string PathOf(const std::string& key) const;
  std::vector<OtherFile> OtherFiles() const;

  // How the run in a directory is called: its key, where that is valid UTF-8. Two names must not
  // look alike, because people and programs ask for runs by what they saw.
  static std::string RunName(const std::string& key) { return EscapeInvalidUtf8(key); }
  static std::string ChildKey(const std::string& key, std::string_view name);
  static std::string ParentKey(const std::string& key);  // Of "." it is ".".

 private:
  using Time = std::chrono::nanoseconds;
  struct Node : LogdirEntry {
    std::vector<std::string> children;  // Names, in byte order.
    std::vector<std::string> loops;     // Keys of links that were not followed.
    std::optional<FileStat> stat;       // Before its entries were read the last time.
    Time stat_since{0};                 // When that was seen first.
    bool is_settled = false;            // The entries cannot have changed while `stat` is the same.
    bool has_links = false;             // Which may lead elsewhere the next time.
    bool is_watched = false;
    bool is_unreadable = false;  // And counted as such.
    int link_count = 0;          // On the way to it.
  };
  // A directory that is to be looked at.
  struct Place {
    std::string key;
    int link_count = 0;
  };
  struct Found;

  LogdirState LookAtRoot(std::optional<FileStat>& found) const;
  void Walk(Place place, bool whole, LogdirChanges& changes);
  // Looks at one directory, and puts those beneath it that are new (or all) into `rest`.
  void Look(const Place& place, bool whole, LogdirChanges& changes, std::vector<Place>& rest);
  bool IsUnchanged(const Node& node, const std::string& path) const;
  // Nothing where a limit is reached.
  Node* Enter(const Place& place, const std::string& path, uint64_t device);
  void NoteStat(Node& node, const FileStat& stat);
  // Sorts the entries by what they are to us.
  Found Sort(const std::string& key, Node& node, const Directory& directory,
             const std::vector<DirectoryEntry>& entries);
  void AddEventFile(const Node& node, const Directory& directory, const DirectoryEntry& entry,
                    Found& found) const;
  // Whether the link `name` in `key` leads anywhere but upwards.
  bool CanFollow(const std::string& key, Node& node, const FileStat& target,
                 const std::string& name);
  void ForgetLoops(Node& node);
  bool IsLoop(const std::string& key, const FileStat& target) const;
  void Drop(const std::string& key, LogdirChanges& changes);
  void ForgetRefound(LogdirChanges& changes) const;
  void NoteLimit(const std::string& key, std::string_view what);
  void ForgetOldLimits();
  void NoteListing(Node& node, const std::string& key, const Status& status);

  std::string path_;
  const FileSystem& files_;
  const Clock& clock_;
  Stats& stats_;
  DirectoryObserver& observer_;
  LogdirState state_ = LogdirState::kOk;
  bool may_move_ = true;
  std::optional<FileStat> root_;                 // The logdir, as it was when it was entered.
  std::unordered_map<std::string, Node> nodes_;  // By key.
  size_t many_linked_count_ = 0;                 // Nodes behind more than one link.
  // Directories of whose children some were left out, and the look that last noticed it.
  std::map<std::string, uint64_t> limited_;
  uint64_t look_ = 0;  // Counts whole ones.
};

}  // namespace stepscope
