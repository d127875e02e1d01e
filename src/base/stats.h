// Named counters of everything that was lost, skipped or repaired while reading, each occurrence
// with its file and offset. Shown to the user by /api/stats; a loss that is not here is a bug.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace stepscope {

enum class Severity : uint8_t { kInfo, kRepaired, kLost };

// X(name, severity, sentence shown to the user)
#define STEPSCOPE_STATS(X)                                                                        \
  X(kRecordChecksum, "record_checksum", kLost,                                                    \
    "A record's data fails its checksum; it was skipped")                                         \
  X(kRecordLengthChecksum, "record_length_checksum", kLost,                                       \
    "A record's length fails its checksum; the rest of the file cannot be read until it changes") \
  X(kRecordTooLong, "record_too_long", kLost,                                                     \
    "A record claims to be longer than any event can be; the rest of the file is unreadable")     \
  X(kRecordTruncated, "record_truncated", kInfo,                                                  \
    "The file ends inside a record; reading goes on when the file grows")                         \
  X(kNotAnEvent, "not_an_event", kLost, "A record's data is not a valid event; it was skipped")   \
  X(kValueUnreadable, "value_unreadable", kLost, "A summary value could not be decoded; skipped") \
  X(kScalarNotSingle, "scalar_not_single", kLost,                                                 \
    "A scalar's tensor does not hold exactly one number; the value was skipped")                  \
  X(kScalarWithoutValue, "scalar_without_value", kLost,                                           \
    "A scalar summary has metadata but no value; it was skipped")                                 \
  X(kValueKindMismatch, "value_kind_mismatch", kLost,                                             \
    "A value does not fit the kind of its tag's first value; it was skipped")                     \
  X(kPluginContentUnreadable, "plugin_content_unreadable", kLost,                                 \
    "A tag's plugin data could not be parsed; the tag is listed with defaults")                   \
  X(kPluginContentTooNew, "plugin_content_too_new", kLost,                                        \
    "A tag's plugin data has a version newer than this program knows; the tag is hidden")         \
  X(kFileUnreadable, "file_unreadable", kLost, "A file could not be opened or read")              \
  X(kFileReplaced, "file_replaced", kRepaired,                                                    \
    "A file was replaced or shortened; it was read again from its start")                         \
  X(kNonFiniteWallTime, "non_finite_wall_time", kInfo,                                            \
    "An event's wall time is not a finite number")                                                \
  X(kDirectoryUnreadable, "directory_unreadable", kLost, "A directory could not be listed")       \
  X(kDirectoryLoop, "directory_loop", kInfo,                                                      \
    "A symbolic link leads back to a directory above it; it was not followed")                    \
  X(kWatchUnavailable, "watch_unavailable", kInfo,                                                \
    "A directory cannot be watched for changes; it is polled instead")                            \
  X(kLimitReached, "limit_reached", kLost,                                                        \
    "A named limit was reached; what is above it was left out")

enum class Stat : uint8_t {
#define STEPSCOPE_STAT_ENUM(id, name, severity, text) id,
  STEPSCOPE_STATS(STEPSCOPE_STAT_ENUM)
#undef STEPSCOPE_STAT_ENUM
};
#define STEPSCOPE_STAT_COUNT(id, name, severity, text) +1
constexpr size_t kStatCount = STEPSCOPE_STATS(STEPSCOPE_STAT_COUNT);
#undef STEPSCOPE_STAT_COUNT

struct StatInfo {
  std::string_view name;
  Severity severity;
  std::string_view text;
};
const StatInfo& Describe(Stat stat);

// Where something happened. `detail` is a short sentence or empty.
struct StatOccurrence {
  std::string file;     // Relative to the logdir.
  uint64_t offset = 0;  // Of the record, in bytes.
  std::string detail;
};

struct StatSummary {
  uint64_t count = 0;
  std::vector<StatOccurrence> occurrences;  // The first kMaxOccurrences, then only counted.
};

// Thread-safe.
class Stats {
 public:
  static constexpr size_t kMaxOccurrences = 100;  // A kind; enough to find the damage by hand.

  void Add(Stat stat, StatOccurrence occurrence);
  // Takes back what was counted for a file that is read anew or is gone.
  void RemoveFile(std::string_view file);
  // Takes back one occurrence that was added (a checksum that healed, a tail that was completed).
  // Of a file with more than are listed, an offset that is not listed stands for one of the rest.
  void Remove(Stat stat, std::string_view file, uint64_t offset);
  std::map<Stat, StatSummary> Get() const;
  // What was counted for one file, and the reverse: counts it again, as if it had just happened.
  std::map<Stat, StatSummary> GetFile(std::string_view file) const;
  void AddFile(const std::string& file, const std::map<Stat, StatSummary>& summaries);
  // Of one kind, also of what is no longer listed.
  std::map<std::string, uint64_t, std::less<>> CountByFile(Stat stat) const;
  uint64_t revision() const;  // Grows with every change.

 private:
  struct Cell {
    uint64_t count = 0;
    std::map<std::string, uint64_t, std::less<>> count_by_file;
    std::vector<StatOccurrence> occurrences;
  };
  mutable std::mutex mutex_;
  std::map<Stat, Cell> cells_;
  uint64_t revision_ = 0;
};

}  // namespace stepscope
