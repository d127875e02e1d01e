// The tag index as requests see it: up to date when few runs have changed, and otherwise as it was
// a moment ago, while a thread in the background works through a large change. So a search takes
// milliseconds right after a publication too.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/tag_index.h"
#include "store/snapshot.h"

namespace stepscope {

// Thread-safe.
class TagCatalog {
 public:
  // Series that have changed, up to which a request brings the index up to date by itself: some
  // milliseconds.
  static constexpr uint64_t kQuickSeries = 20'000;

  // `snapshots` must outlive this.
  explicit TagCatalog(const SnapshotCell& snapshots) : snapshots_(snapshots) {}

  struct Picture {
    uint64_t generation = 0;        // Of the snapshot that it was made from.
    uint64_t revision = 0;          // See TagIndex::revision.
    std::vector<TagListPtr> lists;  // One for each plugin_name that was asked for.
    std::vector<uint64_t> series;   // The same.
  };
  // The first one waits until the index is made.
  Picture Get(std::span<const std::string_view> plugin_names);

  // Brings the index to the latest snapshot, however long it takes. To be called after each
  // publication, from one thread at a time. Does nothing while the first load goes on and nobody
  // has asked for tags.
  void KeepUp();

  // See TagIndex::revision. Does not wait.
  uint64_t revision() const { return revision_; }

  struct Size {
    uint64_t tags = 0;
    uint64_t bytes = 0;
  };
  Size size() const { return {tags_, bytes_}; }

 private:
  // What is shown while a long update goes on.
  struct Last {
    uint64_t generation = 0;
    uint64_t revision = 0;
    std::map<std::string, TagListPtr, std::less<>> lists;
    std::map<std::string, uint64_t, std::less<>> series;
  };

  void Update(std::unique_lock<std::mutex>& lock, std::shared_ptr<const Snapshot> snapshot);
  static Picture PictureOf(const Last& last, std::span<const std::string_view> plugin_names);
  void NoteSize();

  const SnapshotCell& snapshots_;
  std::atomic<bool> is_wanted_ = false;
  std::atomic<uint64_t> revision_ = 0;
  std::atomic<uint64_t> tags_ = 0;
  std::atomic<uint64_t> bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable is_free_;
  // While this is set one thread uses the index without the mutex.
  bool is_updating_ = false;
  std::shared_ptr<const Last> last_;  // Null: there is none, or no update goes on.
  TagIndex index_;
};

}  // namespace stepscope
