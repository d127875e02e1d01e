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

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "series/column.h"
#include "wire/event_view.h"

namespace stepscope {

// How the values of a series are stored. `kScalar` has numbers, the others have references to
// bytes.
enum class SeriesKind : uint8_t { kScalar, kTensor, kBlob };

// What the first value of a tag in a run decided (event-files.md 3.1), after old value shapes were
// lifted (ingest/compat.h). Immutable.
struct SeriesInfo {
  std::string tag;          // As in the file; may be invalid UTF-8 or empty.
  std::string plugin_name;  // Empty: the tag belongs to no plugin.
  std::string plugin_content;
  std::string display_name;
  std::string description;  // Markdown.
  DataClass data_class = DataClass::kUnknown;
  SeriesKind kind = SeriesKind::kTensor;
  bool is_hidden = false;  // Its plugin stored something with it that is newer than this build.

  bool operator==(const SeriesInfo&) const = default;
};

// Removes, as TensorBoard's Python loader does at a restart (event-files.md 4.3), every earlier
// point of the tag with step >= `from_step`; "earlier" is in earlier strands, and before `position`
// in this one. Applied by the compatibility routes only.
struct Purge {
  uint64_t position = 0;
  int64_t from_step = 0;
  // A START of this strand's own file. Else a step went back under file version < 2, or a START was
  // in another file that does not hold the tag.
  bool is_session_start = false;
};

struct Strand {
  uint32_t file = 0;          // Index into RunSnapshot::files.
  ScalarColumnView scalars;   // kScalar.
  BlobColumnView blobs;       // The other kinds.
  std::vector<Purge> purges;  // In order of position; nearly always empty.

  uint64_t size() const { return scalars.size() + blobs.size(); }
};

struct Series {
  std::shared_ptr<const SeriesInfo> info;
  // In the order of the files' names; one per file that has the tag. The last one may be empty and
  // only carry a purge. They lie in the run's snapshot.
  std::span<const Strand> strands;

  uint64_t size() const;  // Points of all strands.
};

struct FileInfo {
  std::string path;  // Relative to the logdir.
  // Another one each time the file is read from its start, because it was replaced; never
  // the same again, in another process either.
  uint64_t reading = 0;
  uint64_t bytes_read = 0;
  uint64_t size_bytes = 0;  // When last looked at.
  // The smallest and the largest finite one of the events that carry values; +inf and -inf when
  // there are none.
  double first_wall_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -std::numeric_limits<double>::infinity();
};

struct RunSnapshot {
  RunSnapshot() = default;
  RunSnapshot(const RunSnapshot&) = delete;  // Its series point into it.
  RunSnapshot& operator=(const RunSnapshot&) = delete;
  RunSnapshot(RunSnapshot&&) = default;
  RunSnapshot& operator=(RunSnapshot&&) = default;

  std::string name;       // The directory relative to the logdir, with '/'; "." for the logdir.
  std::string directory;  // The path that opens it.
  // The first finite wall time of an event (in file name order), +inf when there is none yet.
  double start_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -std::numeric_limits<double>::infinity();
  uint64_t generation = 0;  // Grows with each publication of this run; unique to the process.
  uint64_t point_count = 0;
  uint64_t column_bytes = 0;    // That its points take, without those that are mapped.
  bool is_loaded = false;       // Every file was read to its end at least once.
  std::vector<FileInfo> files;  // In byte order of their names.
  std::vector<Series> series;   // Sorted by tag; each has at least one point.
  std::vector<Strand> strands;  // Of all series, in their order.

  const Series* Find(std::string_view tag) const;
};

struct LoadProgress {
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;  // Of all files that were found so far.
  uint64_t runs_loaded = 0;
  uint64_t runs_total = 0;   // That were found so far.
  uint64_t points = 0;       // Of all series of all runs; follows the snapshot's runs.
  bool is_complete = false;  // The first pass over the logdir is done.
  double seconds = 0;        // From the start to completion (or to now).
};

// A file beneath the logdir that some dashboard reads although it holds no events.
enum class OtherFileKind : uint8_t {
  kTorchTrace,       // *.pt.trace.json, plain or gzip.
  kProfile,          // Anything in plugins/profile/<session>/.
  kProjectorConfig,  // projector_config.pbtxt.
  kDebugger,         // tfdbg_events.*.
  kCheckpoint,       // checkpoint, which names TensorFlow's latest one of the directory.
};

struct OtherFile {
  std::string path;  // Relative to the logdir.
  OtherFileKind kind = OtherFileKind::kProfile;
  bool operator==(const OtherFile&) const = default;
};

enum class LogdirState : uint8_t { kOk, kMissing, kNotADirectory, kUnreadable };

struct Snapshot {
  uint64_t generation = 0;
  LogdirState logdir_state = LogdirState::kOk;
  LoadProgress progress;
  std::vector<std::shared_ptr<const RunSnapshot>> runs;  // Sorted by name (byte order).
  // Never null.
  std::shared_ptr<const std::vector<OtherFile>> other_files =
      std::make_shared<const std::vector<OtherFile>>();

  const RunSnapshot* FindRun(std::string_view name) const;
  const Series* FindSeries(std::string_view run, std::string_view tag) const;
};

// The one place where threads meet. Load never blocks on a publication for longer than a pointer
// copy. (std::atomic<std::shared_ptr> looks racy to TSan in g++ 12.)
class SnapshotCell {
 public:
  using Listener = std::function<void(const std::shared_ptr<const Snapshot>&)>;

  SnapshotCell();  // Holds an empty snapshot of generation 0.
  std::shared_ptr<const Snapshot> Load() const;
  // One publisher at a time. Listeners run on the publisher's thread after the swap, and must
  // return at once (post to your own thread).
  void Publish(std::shared_ptr<const Snapshot> snapshot);
  void AddListener(Listener listener);  // Before the first Publish.

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Listener> listeners_;
};

}  // namespace stepscope
