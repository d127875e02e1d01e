// What a golden test is about: event files in memory, the real ingest, the routes of the plugins.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stats.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "ingest/ingest.h"
#include "plugin/plugin.h"
#include "store/snapshot.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {

// Steps that change the world, each with the indented lines below it:
//
//   events RUN file=N [wall=T]   Appends to RUN/events.out.tfevents.N, a record every 0.25 s. A new
//                                file begins 10 s after the last record, or at T seconds after the
//                                epoch, with the version record of today's writers.
//     version TEXT | no version  Another first record, or none.
//     scalar TAG STEPS = VALUES [as f32|f64|i64|u64|bool]
//                                One event a step. STEPS: 7, 0..9 or 1,5,2. VALUES: numbers, nan,
//                                inf, repeated as needed, or the word `step`. Without a type old
//                                style.
//     metadata TAG key=value...  What the tag's values say from here on: plugin, content (hex),
//                                display, description.
//     tensor, strings, histogram, image, audio TAG STEPS = ...
//                                Values that are no scalars: golden_values.h.
//     start STEP                 A session_log START.
//     bytes HEX                  A record with this data.
//   file PATH TEXT | hex:BYTES   Another file beneath the log directory, of these bytes, or of the
//                                indented lines.
//   fifo PATH | link PATH PATH   A pipe; a link to another path.
//   truncate RUN file=N BYTES    Cuts off the end;
//   restore RUN file=N           and appends it again.
//   flip RUN file=N OFFSET       Changes a byte; from the end if negative.
//   remove RUN [file=N]
//   wait SECONDS                 For what is tried again later.
//   samples PLUGIN=N             As --samples_per_plugin.
//
// RUN and TAG with blanks stand in quotes, as JSON.
class GoldenWorld {
 public:
  // `check` is what ingest asks about each series.
  GoldenWorld(std::span<const Plugin* const> plugins, SeriesCheck check);

  static bool Knows(std::string_view verb);
  Status Apply(std::string_view text, const std::vector<std::string>& body);

  void Load();  // Reads what is new.
  // The answer as of the last Load(). Paths as clients send them.
  Result<Response> Ask(Method method, std::string_view target, std::string body,
                       std::string_view content_type, std::string_view accept);
  const Stats& stats() const { return stats_; }

 private:
  using Words = std::vector<std::string>;
  Status AppendEvents(const Words& words, const std::vector<std::string>& body);
  Status AppendEvent(const Words& words, EventFile& file);
  Status AppendScalars(const Words& words, EventFile& file);
  Status AppendValues(const Words& words, EventFile& file);
  Status MakeFile(const Words& words, const std::vector<std::string>& body);
  Status ChangeFile(const Words& words);
  Status Truncate(const std::string& path, uint64_t size_bytes, int64_t count);
  Status Flip(const std::string& path, uint64_t size_bytes, int64_t place);
  Status SetSamples(const Words& words);

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  SnapshotCell cell_;
  Ingest ingest_;
  ServerOptions options_;
  std::shared_ptr<const Snapshot> snapshot_;
  Router router_;
  double wall_time_ = FakeClock::kStartSeconds;
  std::map<std::string, std::string> metadata_;  // SummaryMetadata by tag.
  std::set<std::string> written_;                // Paths of files that have a beginning.
  std::map<std::string, std::string> cut_off_;   // By path.
};

}  // namespace stepscope
