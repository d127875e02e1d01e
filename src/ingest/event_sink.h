// Sorts the events of one run into its stage: the step between records and series.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/stats.h"
#include "ingest/scalar_predictor.h"
#include "store/stage.h"
#include "wire/event_view.h"
#include "wire/record_reader.h"
#include "wire/sparse_event.h"

namespace stepscope {

// What is wrong with what a plugin stored with a series, if anything: ingest knows no plugins, so
// whoever starts it knows them. May be null.
using SeriesCheck = std::optional<Stat> (*)(const SeriesInfo&);

// Belongs to the run's loader. Counts what it cannot use; never fails.
class EventSink {
 public:
  // `stage` and `stats` must outlive the sink. Without `predicts` every event is parsed, which
  // makes no difference but in time.
  EventSink(RunStage& stage, Stats& stats, SeriesCheck check, bool predicts = true)
      : stage_(stage), stats_(stats), check_(check), predicts_(predicts) {}

  // The events that follow come from this file, which must outlive them.
  void BeginFile(FileStage& file, const RandomAccessFile& bytes);
  // No more of it is to come for now. Between the two calls it is one thread's.
  void EndFile();
  // `record` is intact.
  void Add(const Record& record);
  // The hot path: takes whole records from the front of `bytes`, as long as they are intact and
  // hold what is predicted, and returns how many bytes they are. The record behind them, if any, is
  // for Add(). `last_crc` becomes the stored checksum of the last record taken.
  size_t AddPredicted(std::span<const std::byte> bytes, uint32_t& last_crc);

 private:
  // Where a value lies in its record, and when it was logged.
  struct Place {
    double wall_time = 0;
    int64_t step = 0;
    uint64_t record_offset = 0;
    uint32_t record_length = 0;
    uint32_t value_offset = 0;
    uint32_t value_length = 0;
    FileRange body;  // Of a value that was not in memory: its message, by the file.
  };

  // A record that begins a series as it was predicted; false for any other.
  bool AddPredictedNew(const Record& record);
  // An event that is in memory, and one that is too long for that.
  void AddBuffered(const Record& record);
  void AddStreamed(const Record& record);
  void AddSummary(Bytes summary, const std::byte* data, Place place);
  void AddSparseSummary(FileRange summary, uint64_t data_offset, Place place);

  void AddEvent(double wall_time, uint64_t offset);
  void AddSessionLog(Bytes session_log, const Place& place);
  // `has_body`: value.body is in memory; else it was too long.
  void AddValue(const ValueView& value, const Place& place, bool has_body);
  SeriesStage* AddSeries(const ValueView& value, uint64_t offset);
  // Nothing beyond the limit.
  SeriesStage* AddStrand(std::shared_ptr<const SeriesInfo> info, uint64_t offset);
  void AddScalar(SeriesStage& series, const ValueView& value, const Place& place, bool has_body);
  void AddBlob(const SeriesInfo& info, const Place& place);
  // How many blobs a value of a blob series holds.
  uint32_t CountBlobsOf(const ValueView& value, const Place& place, bool has_body) const;
  void Append(SeriesStage& series, const Place& place, uint32_t blobs);
  void AppendNumber(SeriesStage& series, const Place& place, ValueType type, uint64_t bits);
  void Count(Stat stat, uint64_t offset, std::string_view tag = {});

  RunStage& stage_;
  Stats& stats_;
  const SeriesCheck check_;
  FileStage* file_ = nullptr;
  const RandomAccessFile* bytes_ = nullptr;
  bool has_counted_limit_ = false;  // One line for the file's tags is enough.
  const bool predicts_;
  ScalarPredictor* predictor_ = nullptr;           // This thread's, while a file is read.
  SeriesStage* appended_ = nullptr;                // Where the event's number went,
  ValueType appended_type_ = ValueType::kFloat32;  // as what.
};

}  // namespace stepscope
