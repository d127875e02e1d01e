// The index on disk of one logdir: which segments there are, and which of them counts for a run.
//
// It is a cache. Whatever is damaged, another version's, or not to be read or written is as good as
// not there; all that can happen is that event files are read again. Several servers may share it:
// readers need no lock, a writer that finds another at work does not wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "index/segment.h"
#include "index/segment_writer.h"

namespace stepscope {

struct IndexOptions {
  std::string directory;  // Of the indexes of all logdirs; made when the first one is written.
  std::string logdir;     // Must exist.
  // What the sections hold; a segment with another number is not used. Count it up whenever the
  // bytes of a section come to mean something else.
  uint64_t content_format = 0;
  uint64_t max_bytes = uint64_t{2} << 30;  // Of all logdirs' indexes together.
};

// Where the index lies when nobody says: `$XDG_CACHE_HOME/stepscope`, else `~/.cache/stepscope`.
// The arguments are the variables' values, or null. FAILED_PRECONDITION when neither says a place.
Result<std::string> DefaultIndexDirectory(const char* xdg_cache_home, const char* home);

// Thread-safe; one Write or Compact runs at a time, and Find does not wait for it.
class IndexStore {
 public:
  // More small segments than these, or half of the bytes superseded: Compact() merges.
  static constexpr size_t kMaxSegments = 8;
  // A cache must not be what fills the disk that a training job writes its checkpoints to.
  static constexpr uint64_t kReservedFreeBytes = uint64_t{256} << 20;

  // Maps what is there and marks it as used now; a missing directory is an empty index. `disk` and
  // `clock` must outlive the store. An error means: go on without an index, and say so once.
  static Result<std::unique_ptr<IndexStore>> Open(const Disk& disk, const Clock& clock,
                                                  IndexOptions options);

  // What the newest segment holds of the run.
  std::optional<Section> Find(std::string_view run) const;
  size_t run_count() const;

  // Why segments were left out so far: one line each, for the log, and each only once.
  std::vector<std::string> TakeNotices();

  // Writes one segment with what `fill` adds to it, and Find() knows it from then on. Nothing is
  // left behind when `fill` or the disk fails, or when nothing was added. UNAVAILABLE: another
  // process is writing; try again later and say nothing. RESOURCE_EXHAUSTED: no room.
  Status Write(const std::function<Status(SegmentWriter&)>& fill);

  // Deletes segments that no run needs, and merges when there are too many or they hold too much
  // that is superseded or of runs that are not live. Cheap when there is nothing to do. Errors as
  // of Write().
  using IsLive = std::function<bool(std::string_view run)>;
  Status Compact(const IsLive& is_live);

  // Deletes the indexes that were not used for longest, of all logdirs and at last our own, until
  // all together fit into max_bytes.
  Status Prune();

  // Where this logdir's segments lie.
  const std::string& folder() const { return folder_; }

 private:
  struct OpenedSegment {
    std::string name;  // Of its file.
    std::shared_ptr<const IndexSegment> segment;
  };
  // What Find() answers from. Never changes once it is published.
  struct View {
    std::vector<OpenedSegment> segments;  // Newest first.
    std::unordered_map<std::string_view, Section> sections;
  };
  struct FolderUse;

  IndexStore(const Disk& disk, const Clock& clock, IndexOptions options)
      : disk_(disk), clock_(clock), options_(std::move(options)) {}

  Status FindFolder();
  Status CheckFolder() const;
  Status Refresh();
  std::shared_ptr<const IndexSegment> OpenSegment(const std::string& name, const View& known);
  void Publish(std::vector<OpenedSegment> segments);
  std::shared_ptr<const View> view() const;
  void AddNotice(std::string line);

  Result<std::unique_ptr<FileLock>> LockFolder();
  Status WriteLocked(const std::function<Status(SegmentWriter&)>& fill);
  void DeleteRemains(bool is_locked);
  std::vector<OpenedSegment> ChooseVictims(const IsLive& is_live) const;
  Status Merge(const std::vector<OpenedSegment>& victims, const IsLive& is_live);
  Status DeleteVictims(const std::vector<OpenedSegment>& victims);
  Result<std::vector<FolderUse>> ListFolders() const;
  uint64_t DeleteFolder(const FolderUse& use) const;
  Status ShrinkOwnFolder(uint64_t bytes);

  const Disk& disk_;
  const Clock& clock_;
  IndexOptions options_;
  uint64_t logdir_inode_ = 0;
  std::string folder_;

  std::mutex writing_;  // Held by Write, Compact and Prune.
  mutable std::mutex mutex_;
  std::shared_ptr<const View> view_ = std::make_shared<View>();
  std::vector<std::string> notices_;
  std::set<std::string> noticed_;  // Was among them once.
};

}  // namespace stepscope
