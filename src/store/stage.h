// What the loader of one run appends to: files, tags and values as they are read. Now and then it
// publishes a RunSnapshot, which shares the columns with it.
//
// A stage belongs to the one thread that reads its run (or to one after another). What it publishes
// depends on the contents of the files alone, and not on the order in which growing files were
// read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <forward_list>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/chunk_memory.h"
#include "series/column.h"
#include "store/snapshot.h"

namespace stepscope {

class FileStage;
class RunStage;
class SeriesStage;
class StageArchive;

// What one file holds of one tag, while it is read. Opaque to loaders.
class StrandStage {
 private:
  friend class RunStage;
  friend class SeriesStage;
  friend class StageArchive;

  // What may become a Purge, once it is known what the files before this one hold.
  enum class Cause : uint8_t { kFirstStart, kLaterStart, kFirstSummary, kStepBack };
  struct Mark {
    uint64_t position = 0;
    int64_t from_step = 0;
    Cause cause = Cause::kStepBack;
  };

  struct Marks {
    std::vector<Mark> list;
    uint64_t event = 0;  // The last one that added a mark for its step.
  };

  uint64_t size() const;
  std::span<const Mark> marks() const { return marks_ ? marks_->list : std::span<const Mark>(); }
  void AddMark(int64_t from_step, Cause cause);

  std::shared_ptr<const SeriesInfo> info_;  // What the first value in this file says.
  FileStage* file_ = nullptr;
  std::variant<ScalarColumn, BlobColumn> column_;
  std::unique_ptr<Marks> marks_;  // Nearly always there are none.
};

// One tag of a run, while it is read.
class SeriesStage {
 public:
  // What the tag's first value, in the order of the files' names, decided.
  const SeriesInfo& info() const { return *info_; }
  const std::shared_ptr<const SeriesInfo>& shared_info() const { return info_; }

  // A note for whoever predicts what comes next.
  uint32_t prediction() const { return prediction_; }
  void SetPrediction(uint32_t prediction) { prediction_ = prediction; }

 private:
  friend class RunStage;
  friend class StageArchive;

  uint64_t size() const;

  // There may be a million series, most of them with one strand.
  using Strands = std::forward_list<StrandStage, ChunkAllocator<StrandStage>>;
  static constexpr uint32_t kNone = UINT32_MAX;
  // Of what was published, once it changed in more than that.
  static constexpr uint64_t kUnknownSize = UINT64_MAX;

  std::shared_ptr<const SeriesInfo> info_;
  Strands strands_;                 // In the order of the files' names.
  StrandStage* current_ = nullptr;  // The one that was used last.
  uint64_t published_size_ = kUnknownSize;
  uint32_t published_index_ = kNone;
  uint32_t prediction_ = kNone;
};

// One event file of a run, while it is read.
class FileStage {
 public:
  const FileInfo& info() const { return info_; }

 private:
  friend class RunStage;
  friend class StageArchive;

  // What was read from the file, apart from its values.
  struct Contents {
    double first_event_wall_time = std::numeric_limits<double>::infinity();
    uint64_t point_count = 0;
    std::optional<double> version;  // The latest file_version of this file.
    // Set once something depended on the version of the files before, for want of an own one.
    std::optional<bool> inherits_new_version;
    uint32_t start_count = 0;
    uint64_t start_marks = 0;  // Series that those STARTs marked.
    int64_t first_start = 0;
    int64_t lowest_later_start = 0;
    bool has_summary = false;
    int64_t first_summary_step = 0;
    int64_t last_summary_step = 0;
  };

  FileInfo info_;
  Contents contents_;
  uint32_t order_ = 0;                // Among the run's files.
  std::vector<SeriesStage*> series_;  // Those with a strand of this file.
  // Whether the first START, and the first summary's step, are restarts: that depends on the files
  // before this one.
  bool first_start_restarts_ = false;
  bool first_summary_goes_back_ = false;
};

// Adds numbers to one series, as AppendScalar() does, but without looking anything up. Good until
// the stage's next BeginFile(). What AddEvent() and BeginSummary() note is PointTotals' business.
class ScalarAppender {
 public:
  bool is_empty() const { return column_ == nullptr; }
  void Append(int64_t step, double wall_time, uint64_t bits) const {
    column_->Append(step, wall_time, type_, bits);
  }

 private:
  friend class RunStage;
  friend class StageArchive;

  ScalarColumn* column_ = nullptr;
  ValueType type_ = ValueType::kFloat32;
};

// What events of one value each, which ScalarAppenders took, say together.
struct PointTotals {
  uint64_t point_count = 0;  // At least one.
  int64_t last_step = 0;
  double first_wall_time = 0;  // The smallest and the largest, which are finite.
  double last_wall_time = 0;
};

class RunStage {
 public:
  // Tags of one run, above which a file is not believed; 100,000 have been seen in earnest.
  static constexpr size_t kMaxSeries = 1 << 18;
  // STARTs of one file: it belongs to one process, which starts once.
  static constexpr uint32_t kMaxStartsPerFile = 1000;
  // Series marked by the STARTs of one file, which bounds the time and memory that a file with both
  // many STARTs and many tags can cost: 1,000 STARTs of 4,000 tags.
  static constexpr uint64_t kMaxStartMarksPerFile = 1 << 22;

  RunStage(std::string name, std::string directory);
  RunStage(const RunStage&) = delete;
  RunStage& operator=(const RunStage&) = delete;
  ~RunStage();

  const std::string& name() const { return name_; }

  // `path` is relative to the logdir and decides the file's place in the run. The reference lives
  // until DropFile.
  FileStage& AddFile(std::string path);
  void DropFile(FileStage& file);   // Forgets the file and everything that was read from it.
  void ResetFile(FileStage& file);  // Forgets what was read from it.
  void SetProgress(FileStage& file, uint64_t bytes_read, uint64_t size_bytes);
  void SetLoaded();  // Every file was read to its end once.

  // Says which file the following calls are about.
  void BeginFile(FileStage& file);
  // One call for each event, in the file's order, before what is particular to its kind.
  void AddEvent(double wall_time);
  void AddFileVersion(double version);  // NaN for one that is not a number.
  // A session_log START; false when there are too many of them.
  bool AddSessionStart(int64_t step);
  void BeginSummary(int64_t step);

  // Nothing when the run does not have the tag yet. Allocates nothing.
  SeriesStage* Find(std::string_view tag);
  // Whether the current file has decided on the tag: else AddStrand must come before a value.
  bool HasStrand(SeriesStage& series) const;
  // Adds the current file to a tag, with what its first value in this file says. Nothing when the
  // run has too many tags.
  SeriesStage* AddStrand(SeriesInfo info);
  SeriesStage* AddStrand(std::shared_ptr<const SeriesInfo> info);
  // The series must have a strand of the current file, and be of the right kind.
  void AppendScalar(SeriesStage& series, int64_t step, double wall_time, ValueType type,
                    uint64_t bits);
  void AppendBlob(SeriesStage& series, int64_t step, double wall_time, const BlobRef& ref);
  // A short cut for more values of a series that AppendScalar() was just called for.
  std::optional<ScalarAppender> AppenderFor(SeriesStage& series, ValueType type);
  void AddTotals(const PointTotals& totals);  // Of what was appended by such short cuts.
  // Packs what the file's scalar columns hold, for a file that was read to its end.
  void SealFile(FileStage& file);

  // True once files were read under an assumption that does not hold: that a tag is of one kind, or
  // that the files before have a certain version. It comes from files that appear, grow or go away
  // in front of others that were read before. Clear() the stage before publishing and read all
  // files again, in their order.
  bool MustReread() const;
  // The first of the two, at no cost. No other file must be begun then.
  bool has_kind_conflict() const { return has_kind_conflict_; }
  void Clear();  // Keeps the files, forgets what was read.

  // The run as of now; the same object as before when nothing changed.
  std::shared_ptr<const RunSnapshot> Publish();
  bool is_changed() const { return is_changed_; }

 private:
  friend class StageArchive;

  void SetInfo(SeriesStage& series, std::shared_ptr<const SeriesInfo> info);
  StrandStage& CurrentStrand(SeriesStage& series);
  bool HasNewVersion();
  void AddSummaryMark(StrandStage& strand);
  void NotePoint(double wall_time);
  void ForgetStrands(FileStage& file);
  void SortFiles();
  void ResolveRestarts();
  void SortSeries();
  void AddSeries(RunSnapshot& run);
  void Build(const SeriesStage& series, std::vector<Strand>& strands) const;
  bool IsRestart(const StrandStage& strand, const StrandStage::Mark& mark) const;

  // A file that has STARTs which purge, for tags that the file does not hold.
  struct FileRestart {
    uint32_t order = 0;
    int64_t from_step = 0;
  };

  std::string name_;
  std::string directory_;
  std::vector<std::unique_ptr<FileStage>> files_;  // In byte order of their paths.
  std::unordered_map<std::string_view, SeriesStage, std::hash<std::string_view>, std::equal_to<>,
                     ChunkAllocator<std::pair<const std::string_view, SeriesStage>>>
      series_;                        // By views of info().tag.
  std::vector<SeriesStage*> sorted_;  // By tag; new ones are at the end until SortSeries.
  size_t sorted_count_ = 0;
  std::vector<FileRestart> file_restarts_;

  // The current file and event.
  FileStage* file_ = nullptr;
  uint64_t event_ = 0;
  int64_t summary_step_ = 0;
  std::optional<StrandStage::Cause> summary_mark_;

  bool is_loaded_ = false;
  bool has_kind_conflict_ = false;
  bool is_changed_ = true;
  bool must_rebuild_ = true;  // Else series that did not change are copied from what was published.
  std::shared_ptr<const RunSnapshot> published_;
};

}  // namespace stepscope
