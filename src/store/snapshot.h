// What queries see: an immutable picture of every run, tag and point that was read so far.
//
//   Snapshot          every run, by name
//     RunSnapshot     one run: its files, its series by tag
//       Series        one tag: what its first value said it is, and a strand for each file
//         Strand      the values of the tag that one event file holds, in file order
//
// Series are kept as one strand a file, so that what a query answers depends on the files alone and
// never on the order in which several growing files happened to be read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "series/column.h"
#include "wire/event_view.h"

namespace stepscope {

// How the values of a series are stored. `kScalar` has numbers, the others have references to bytes.
enum class SeriesKind : uint8_t { kScalar, kTensor, kBlob };

// What the first value of a tag in a run decided (event-files.md 3.1), after old value shapes were
// lifted (ingest/compat.h). Immutable.
struct SeriesInfo {
  std::string tag;            // As in the file; may be invalid UTF-8 or empty.
  std::string plugin_name;    // Empty: the tag belongs to no plugin.
  std::string plugin_content;
  std::string display_name;
  std::string description;    // Markdown.
  DataClass data_class = DataClass::kUnknown;
  SeriesKind kind = SeriesKind::kTensor;
};

// Removes, as TensorBoard's Python loader does at a restart (event-files.md 4.3), every earlier
// point of the tag with step >= `from_step`; "earlier" is in earlier strands, and before `position`
// in this one. Applied by the compatibility routes only.
struct Purge {
  uint64_t position = 0;
  int64_t from_step = 0;
  bool is_session_start = false;  // Else: a step went back under file version < 2.
};

struct Strand {
  uint32_t file = 0;  // Index into RunSnapshot::files.
  ScalarColumnView scalars;  // kScalar.
  BlobColumnView blobs;      // The other kinds.
  std::vector<Purge> purges;  // In order of position; nearly always empty.

  uint64_t size() const { return scalars.size() + blobs.size(); }
};

struct Series {
  std::shared_ptr<const SeriesInfo> info;
  std::vector<Strand> strands;  // In the order of the files' names; one per file that has the tag.

  uint64_t size() const;  // Points of all strands.
};

struct FileInfo {
  std::string path;  // Relative to the logdir.
  uint64_t bytes_read = 0;
  uint64_t size_bytes = 0;  // When last looked at.
  // Of the events that carry values; +inf and -inf when there are none.
  double first_wall_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -std::numeric_limits<double>::infinity();
};

struct RunSnapshot {
  std::string name;       // The directory relative to the logdir, with '/'; "." for the logdir.
  std::string directory;  // The path that opens it.
  // Wall time of the first event read (in file name order), +inf when there is none yet.
  double start_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -std::numeric_limits<double>::infinity();
  uint64_t generation = 0;  // Grows with each publication of this run; unique to the process.
  uint64_t point_count = 0;
  bool is_loaded = false;   // Every file was read to its end at least once.
  std::vector<FileInfo> files;  // In byte order of their names.
  // Sorted by tag. Changes in the set of tags make a new vector, else it is shared... by value.
  std::vector<Series> series;

  const Series* Find(std::string_view tag) const;
};

struct LoadProgress {
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;  // Of all files that were found so far.
  uint64_t runs_loaded = 0;
  bool is_complete = false;  // The first pass over the logdir is done.
  double seconds = 0;        // From the start to completion (or to now).
};

enum class LogdirState : uint8_t { kOk, kMissing, kNotADirectory, kUnreadable };

struct Snapshot {
  uint64_t generation = 0;
  LogdirState logdir_state = LogdirState::kOk;
  LoadProgress progress;
  std::vector<std::shared_ptr<const RunSnapshot>> runs;  // Sorted by name (byte order).

  const RunSnapshot* FindRun(std::string_view name) const;
  const Series* FindSeries(std::string_view run, std::string_view tag) const;
};

// The one place where threads meet. Load never blocks on a publication for longer than a pointer
// copy. (std::atomic<std::shared_ptr> looks racy to TSan in g++ 12.)
class SnapshotCell {
 public:
  SnapshotCell();
  std::shared_ptr<const Snapshot> Load() const;
  // One publisher at a time. Listeners run on the publisher's thread after the swap, and must return
  // at once (post to your own thread).
  void Publish(std::shared_ptr<const Snapshot> snapshot);
  void AddListener(std::function<void(const std::shared_ptr<const Snapshot>&)> listener);  // Before the first Publish.

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::function<void(const std::shared_ptr<const Snapshot>&)>> listeners_;
};

}  // namespace stepscope
