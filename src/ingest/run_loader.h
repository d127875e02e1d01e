// Reads the event files of one run, and reads on where it stopped when they grow.
//
// Files are opened for each look and closed again, so that ten thousand runs hold no descriptors.
// Damage is counted with file and offset and never ends a run:
//   data fails its checksum     in the last record of its file: tried again for 30 s (network file
//                               systems show half-written pages), then counted; else counted and
//                               skipped
//   length fails its checksum   counted; tried again when the file changes
//   length beyond any event     the same
//   file ends inside a record   a note, taken back when the record is complete
//   file replaced or shortened  everything it held is forgotten, and it is read from its start
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/stats.h"
#include "ingest/event_sink.h"
#include "store/publisher.h"
#include "store/stage.h"
#include "store/stage_archive.h"
#include "wire/record_reader.h"

namespace stepscope {

// What loaders share. Everything must outlive them.
struct LoaderContext {
  const FileSystem& files;
  const Clock& clock;
  Stats& stats;
  uint64_t max_record_bytes = RecordReader::kDefaultMaxBufferedBytes;
  SeriesCheck check = nullptr;
  bool predicts = true;  // See EventSink.
};

// Whoever runs a loader. Called on the loader's thread.
class LoadObserver {
 public:
  virtual ~LoadObserver() = default;
  virtual bool IsCancelled() = 0;            // Asked often; true ends the step soon.
  virtual void OnBytes(uint64_t bytes) = 0;  // So many more were read.
  virtual void OnPublish(std::shared_ptr<const RunSnapshot> run) = 0;
  // Whether a large run may be published a little later than it changes (see PublishPace).
  virtual bool CanWait() const { return true; }
};

// A run as it goes to the index on disk.
struct RunArchive {
  ByteWriter head;
  ArchiveBody body;
};

// Belongs to one thread at a time.
class RunLoader {
 public:
  static constexpr std::chrono::seconds kHealTime{30};
  static constexpr std::chrono::seconds kHealRetryPeriod{1};

  // Count up when what Save() puts in front of the stage's bytes comes to mean something else.
  static constexpr uint32_t kArchiveFormat = 1;

  // `name` is the run's, `directory` the path that opens it.
  RunLoader(const LoaderContext& context, std::string name, std::string directory);

  // The event files that the directory holds now, by name. Files that are not among them any more
  // are forgotten.
  void SetFiles(const std::vector<std::string>& names);

  // Reads what is new in all files (`names` empty) or in these, and publishes. Returns the time of
  // the monotonic clock at which to call again even if no file changes; nothing for never.
  std::optional<std::chrono::nanoseconds> Step(LoadObserver& observer,
                                               const std::vector<std::string>& names = {});
  bool is_loaded() const { return is_loaded_; }  // Every file was read to its end once.

  // What was read, for the index on disk; nothing while it may not last: a file was not read to its
  // end yet, or not at all, or its last record may still heal.
  std::optional<RunArchive> Save() const;
  // The reverse, once, before anything else: goes on as if the files had been read by this loader,
  // and notices by itself what happened to them since. False when the bytes make no sense; the
  // loader is not to be used then. `body` must live as long as `keep_alive`.
  bool Restore(std::span<const std::byte> head, std::span<const std::byte> body,
               const std::shared_ptr<const void>& keep_alive);
  const std::string& name() const { return stage_.name(); }
  uint64_t used_bytes() const;  // Of all files, up to the last record that was used.

 private:
  using Time = std::chrono::nanoseconds;

  struct Place {
    Stat stat = Stat::kRecordTruncated;
    uint64_t offset = 0;
    bool operator==(const Place&) const = default;
  };
  // The last record of a file, whose data fail their checksum.
  struct Suspect {
    uint64_t offset = 0;
    uint64_t length = 0;
    Time counted_at{0};  // When it is, or was, given up.
    Time retry_period{kHealRetryPeriod};
    Time retry_at{0};
    bool is_counted = false;
  };
  // Enough of the first record and of the last to notice that a file is not the one that was read.
  struct Fingerprint {
    uint64_t first_length = 0;
    uint32_t first_crc = 0;
    uint32_t last_crc = 0;
  };
  struct EventFile {
    std::string name;
    std::string path;
    FileStage* stage = nullptr;
    std::optional<FileStat> seen;  // At the last look.
    uint64_t offset = 0;           // Of the first record that was not used yet.
    Fingerprint fingerprint;
    // What the incomplete record at `offset` claims: before all of it is there, nothing is read.
    std::optional<uint64_t> pending_length;
    std::optional<Suspect> suspect;
    std::optional<Place> tail;  // What stopped the reading, as it was counted.
    bool is_unreadable = false;
    bool is_read = false;  // To its end, once.
  };
  class Cursor;
  enum class Pace : uint8_t {
    kPeriodic,   // More is to come at once.
    kWhenCheap,  // The last publication's cost decides.
    kNow,
  };

  // True unless cancelled.
  bool Look(EventFile& file, LoadObserver& observer);
  bool Read(EventFile& file, const RandomAccessFile& bytes, const FileStat& stat,
            LoadObserver& observer);
  bool ReadRecords(EventFile& file, const RandomAccessFile& bytes, const FileStat& stat,
                   LoadObserver& observer);
  void Advance(EventFile& file, const Record& record);
  bool IsReplaced(const EventFile& file, const RandomAccessFile& bytes, const FileStat& stat) const;
  void Restart(EventFile& file);
  void RestartAll();
  // Whether all that is new is more of a record that is still incomplete.
  bool IsPending(const EventFile& file, const RandomAccessFile& bytes, const FileStat& stat) const;
  void NoteSuspect(EventFile& file, const Record& record, const FileStat& stat);
  void Heal(EventFile& file);  // Forgets the suspect.
  void Skip(EventFile& file, const Record& record);
  void NoteTail(EventFile& file, std::optional<Place> tail);
  void NoteUnreadable(EventFile& file, const Error& error);
  bool IsRetryDue(const EventFile& file) const;
  void Publish(LoadObserver& observer, Pace pace);
  std::optional<Time> NextStep() const;
  void SaveFile(const EventFile& file, ByteWriter& head) const;
  std::unique_ptr<EventFile> RestoreFile(ByteReader& head) const;

  LoaderContext context_;
  std::string directory_;
  std::string prefix_;  // Of the files' paths relative to the logdir: "" or "run/".
  RunStage stage_;
  EventSink sink_;
  std::vector<std::unique_ptr<EventFile>> files_;  // In byte order of their names.
  bool is_loaded_ = false;
  uint64_t restored_bytes_ = 0;  // That nobody was told of yet.
  bool holds_back_ = false;      // A file is read again: half of it is less than what is shown now.
  PublishPace pace_;
};

}  // namespace stepscope
