#include "store/stage.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <utility>

#include "base/check.h"
#include "store/info_pool.h"

namespace stepscope {
namespace {

// Begins anywhere, so that no number comes again in the next process: a page that stayed open would
// take another file's points for a continuation of those that it has.
uint64_t NextReading() {
  static std::atomic<uint64_t> reading = [] {
    std::random_device random;
    return uint64_t{random()} << 32 | random();
  }();
  return ++reading;
}

}  // namespace

uint64_t StrandStage::size() const {
  return std::visit([](const auto& column) { return column.size(); }, column_);
}

uint64_t SeriesStage::size() const {
  uint64_t points = 0;
  for (const StrandStage& strand : strands_) points += strand.size();
  return points;
}

void StrandStage::AddMark(int64_t from_step, Cause cause) {
  if (!marks_) marks_ = std::make_unique<Marks>();
  std::vector<Mark>& marks = marks_->list;
  const uint64_t position = size();
  // Between two marks at one place lies no point, so that the lower step says it all. Whether the
  // first START counts is not known yet, so it stays apart.
  if (!marks.empty() && marks.back().position == position && marks.back().cause == cause &&
      cause != Cause::kFirstStart) {
    marks.back().from_step = std::min(marks.back().from_step, from_step);
    return;
  }
  marks.push_back({position, from_step, cause});
}

RunStage::RunStage(std::string name, std::string directory)
    : name_(std::move(name)), directory_(std::move(directory)) {}

RunStage::~RunStage() = default;

FileStage& RunStage::AddFile(std::string path) {
  auto file = std::make_unique<FileStage>();
  FileStage& added = *file;
  added.info_.path = std::move(path);
  added.info_.reading = NextReading();
  files_.push_back(std::move(file));
  SortFiles();
  is_loaded_ = false;
  return added;
}

void RunStage::DropFile(FileStage& file) {
  ForgetStrands(file);
  if (file_ == &file) file_ = nullptr;
  std::erase_if(files_, [&](const auto& f) { return f.get() == &file; });
  SortFiles();
}

void RunStage::ResetFile(FileStage& file) {
  ForgetStrands(file);
  file.contents_ = {};
  file.info_ = {.path = std::move(file.info_.path), .reading = NextReading()};
  is_changed_ = must_rebuild_ = true;
}

void RunStage::Clear() {
  for (const auto& file : files_) ResetFile(*file);
  has_kind_conflict_ = false;
}

void RunStage::SortFiles() {
  std::sort(files_.begin(), files_.end(),
            [](const auto& a, const auto& b) { return a->info_.path < b->info_.path; });
  for (size_t i = 0; i < files_.size(); ++i) files_[i]->order_ = static_cast<uint32_t>(i);
  is_changed_ = must_rebuild_ = true;
}

void RunStage::ForgetStrands(FileStage& file) {
  bool has_dropped_series = false;
  for (SeriesStage* const series : file.series_) {
    series->strands_.remove_if([&](const StrandStage& strand) { return strand.file_ == &file; });
    series->current_ = nullptr;
    series->published_size_ = SeriesStage::kUnknownSize;
    has_dropped_series |= series->strands_.empty();
    if (series->strands_.empty() || series->strands_.front().info_ == series->info_) continue;
    SetInfo(*series, series->strands_.front().info_);
  }
  file.series_.clear();
  if (!has_dropped_series) return;
  SortSeries();
  std::erase_if(sorted_, [](const SeriesStage* series) { return series->strands_.empty(); });
  sorted_count_ = sorted_.size();
  std::erase_if(series_, [](const auto& entry) { return entry.second.strands_.empty(); });
  must_rebuild_ = true;
}

void RunStage::SetProgress(FileStage& file, uint64_t bytes_read, uint64_t size_bytes) {
  if (file.info_.bytes_read == bytes_read && file.info_.size_bytes == size_bytes) return;
  file.info_.bytes_read = bytes_read;
  file.info_.size_bytes = size_bytes;
  is_changed_ = true;
}

void RunStage::SetLoaded() {
  if (is_loaded_) return;
  is_loaded_ = is_changed_ = true;
}

void RunStage::BeginFile(FileStage& file) {
  file_ = &file;
  summary_mark_.reset();
}

void RunStage::AddEvent(double wall_time) {
  ++event_;
  summary_mark_.reset();
  is_changed_ = true;
  double& first = file_->contents_.first_event_wall_time;
  if (std::isinf(first) && std::isfinite(wall_time)) [[unlikely]]
    first = wall_time;
}

void RunStage::AddFileVersion(double version) { file_->contents_.version = version; }

// tensorboard/backend/event_processing/plugin_event_accumulator.py: the version is the run's,
// across files; what is no number, and none at all, are old.
bool RunStage::HasNewVersion() {
  FileStage::Contents& contents = file_->contents_;
  if (contents.version) [[likely]]
    return *contents.version >= 2;
  if (!contents.inherits_new_version) {
    double version = 0;
    for (const auto& earlier : files_) {
      if (earlier.get() == file_) break;
      version = earlier->contents_.version.value_or(version);
    }
    contents.inherits_new_version = version >= 2;
  }
  return *contents.inherits_new_version;
}

bool RunStage::MustReread() const {
  if (has_kind_conflict_) return true;
  double version = 0;
  for (const auto& file : files_) {
    const FileStage::Contents& contents = file->contents_;
    if (contents.inherits_new_version.value_or(version >= 2) != (version >= 2)) return true;
    version = contents.version.value_or(version);
  }
  return false;
}

bool RunStage::AddSessionStart(int64_t step) {
  FileStage::Contents& contents = file_->contents_;
  // STARTs mean something from version 2 on, and the first one in a run only arms the rule.
  if (!HasNewVersion()) return true;
  if (contents.start_count == kMaxStartsPerFile) return false;
  // The first START is never refused, for it decides what the later ones mean.
  const uint64_t marks = contents.start_marks + file_->series_.size();
  if (contents.start_count > 0 && marks > kMaxStartMarksPerFile) return false;
  contents.start_marks = marks;
  const bool is_first = ++contents.start_count == 1;
  if (is_first) {
    contents.first_start = step;
  } else {
    const bool is_second = contents.start_count == 2;
    contents.lowest_later_start = is_second ? step : std::min(contents.lowest_later_start, step);
  }
  for (SeriesStage* const series : file_->series_) {
    CurrentStrand(*series).AddMark(
        step, is_first ? StrandStage::Cause::kFirstStart : StrandStage::Cause::kLaterStart);
  }
  must_rebuild_ = true;
  return true;
}

void RunStage::BeginSummary(int64_t step) {
  FileStage::Contents& contents = file_->contents_;
  const bool is_first = !contents.has_summary;
  const bool is_old = !HasNewVersion();
  if (is_old && is_first) {
    summary_mark_ = StrandStage::Cause::kFirstSummary;
  } else if (is_old && step < contents.last_summary_step) {
    summary_mark_ = StrandStage::Cause::kStepBack;
  }
  if (is_first) contents.first_summary_step = step;
  contents.has_summary = true;
  contents.last_summary_step = summary_step_ = step;
}

SeriesStage* RunStage::Find(std::string_view tag) {
  const auto found = series_.find(tag);
  return found == series_.end() ? nullptr : &found->second;
}

bool RunStage::HasStrand(SeriesStage& series) const {
  if (series.current_ != nullptr && series.current_->file_ == file_) [[likely]]
    return true;
  for (StrandStage& strand : series.strands_) {
    if (strand.file_ != file_) continue;
    series.current_ = &strand;
    return true;
  }
  return false;
}

SeriesStage* RunStage::AddStrand(SeriesInfo info) { return AddStrand(SharedInfo(std::move(info))); }

SeriesStage* RunStage::AddStrand(std::shared_ptr<const SeriesInfo> info) {
  SeriesStage* series = Find(info->tag);
  if (series == nullptr && series_.size() == kMaxSeries) return nullptr;

  const SeriesInfo& said = *info;
  if (series == nullptr) {
    series = &series_[said.tag];
    series->info_ = info;
    sorted_.push_back(series);
  } else if (said == *series->info_) {
    info = series->info_;  // The usual case: one copy is enough.
  } else if (file_->order_ < series->strands_.front().file_->order_) {
    SetInfo(*series, info);
  }

  auto before = series->strands_.before_begin();
  for (auto next = series->strands_.begin();
       next != series->strands_.end() && next->file_->order_ <= file_->order_; ++next) {
    before = next;
  }
  StrandStage& strand = *series->strands_.emplace_after(before);
  strand.info_ = std::move(info);
  strand.file_ = file_;
  if (series->info_->kind != SeriesKind::kScalar) strand.column_.emplace<BlobColumn>();

  // The STARTs before the tag's first value in this file concern what other files hold.
  const FileStage::Contents& contents = file_->contents_;
  if (contents.start_count > 0) {
    strand.AddMark(contents.first_start, StrandStage::Cause::kFirstStart);
  }
  if (contents.start_count > 1) {
    strand.AddMark(contents.lowest_later_start, StrandStage::Cause::kLaterStart);
  }

  series->current_ = &strand;
  series->published_size_ = SeriesStage::kUnknownSize;
  is_changed_ = true;
  file_->series_.push_back(series);
  return series;
}

void RunStage::SetInfo(SeriesStage& series, std::shared_ptr<const SeriesInfo> info) {
  has_kind_conflict_ |= info->kind != series.info_->kind;
  auto node = series_.extract(series.info_->tag);  // The key lies in the info that goes.
  node.key() = info->tag;
  series.info_ = std::move(info);
  series_.insert(std::move(node));
}

StrandStage& RunStage::CurrentStrand(SeriesStage& series) {
  CHECK(HasStrand(series));
  return *series.current_;
}

void RunStage::AddSummaryMark(StrandStage& strand) {
  if (strand.marks_ && strand.marks_->event == event_) return;  // Its second value in this event.
  strand.AddMark(summary_step_, *summary_mark_);
  strand.marks_->event = event_;
}

void RunStage::NotePoint(double wall_time) {
  ++file_->contents_.point_count;
  FileInfo& info = file_->info_;
  if (!std::isfinite(wall_time)) [[unlikely]]
    return;
  info.first_wall_time = std::min(info.first_wall_time, wall_time);
  info.last_wall_time = std::max(info.last_wall_time, wall_time);
}

void RunStage::AppendScalar(SeriesStage& series, int64_t step, double wall_time, ValueType type,
                            uint64_t bits) {
  StrandStage& strand = CurrentStrand(series);
  if (summary_mark_) [[unlikely]]
    AddSummaryMark(strand);
  auto* const column = std::get_if<ScalarColumn>(&strand.column_);
  CHECK(column != nullptr);
  column->Append(step, wall_time, type, bits);
  NotePoint(wall_time);
}

void RunStage::AppendBlob(SeriesStage& series, int64_t step, double wall_time, const BlobRef& ref) {
  StrandStage& strand = CurrentStrand(series);
  if (summary_mark_) [[unlikely]]
    AddSummaryMark(strand);
  auto* const column = std::get_if<BlobColumn>(&strand.column_);
  CHECK(column != nullptr);
  column->Append(step, wall_time, ref);
  NotePoint(wall_time);
}

std::optional<ScalarAppender> RunStage::AppenderFor(SeriesStage& series, ValueType type) {
  // Before version 2 steps that go back mean something, and the first events set what later ones
  // only look at.
  const FileStage::Contents& contents = file_->contents_;
  if (!HasNewVersion() || !contents.has_summary || std::isinf(contents.first_event_wall_time)) {
    return std::nullopt;
  }
  ScalarAppender appender;
  appender.column_ = std::get_if<ScalarColumn>(&CurrentStrand(series).column_);
  appender.type_ = type;
  CHECK(appender.column_ != nullptr);
  return appender;
}

void RunStage::AddTotals(const PointTotals& totals) {
  is_changed_ = true;
  file_->contents_.last_summary_step = totals.last_step;
  file_->contents_.point_count += totals.point_count;
  FileInfo& info = file_->info_;
  info.first_wall_time = std::min(info.first_wall_time, totals.first_wall_time);
  info.last_wall_time = std::max(info.last_wall_time, totals.last_wall_time);
}

void RunStage::SealFile(FileStage& file) {
  for (SeriesStage* const series : file.series_) {
    for (StrandStage& strand : series->strands_) {
      if (strand.file_ != &file) continue;
      if (auto* const column = std::get_if<ScalarColumn>(&strand.column_)) column->Seal();
      // What was published holds the points unpacked.
      series->published_size_ = SeriesStage::kUnknownSize;
    }
  }
}

std::shared_ptr<const RunSnapshot> RunStage::Publish() {
  if (!is_changed_ && published_) return published_;
  ResolveRestarts();
  SortSeries();

  auto run = std::make_shared<RunSnapshot>();
  run->name = name_;
  run->directory = directory_;
  run->generation = NextReading();
  run->is_loaded = is_loaded_;
  run->files.reserve(files_.size());
  for (const auto& file : files_) {
    run->files.push_back(file->info_);
    run->point_count += file->contents_.point_count;
    run->last_wall_time = std::max(run->last_wall_time, file->info_.last_wall_time);
    if (std::isinf(run->start_time)) run->start_time = file->contents_.first_event_wall_time;
  }
  AddSeries(*run);
  published_ = std::move(run);
  is_changed_ = must_rebuild_ = false;
  return published_;
}

void RunStage::AddSeries(RunSnapshot& run) {
  size_t strand_count = 0;
  for (const SeriesStage* const series : sorted_) {
    for (const StrandStage& strand : series->strands_) {
      run.column_bytes +=
          std::visit([](const auto& column) { return column.MemoryBytes(); }, strand.column_);
      ++strand_count;
    }
  }
  // Some of them may end with a restart of another file.
  if (!file_restarts_.empty()) strand_count += sorted_.size();
  run.series.reserve(sorted_.size());
  run.strands.reserve(strand_count);  // Nothing moves below: series point there.
  for (SeriesStage* const series : sorted_) {
    const uint64_t size = series->size();
    const bool is_same = !must_rebuild_ && size == series->published_size_;
    if (is_same && series->published_index_ == SeriesStage::kNone) continue;
    const size_t begin = run.strands.size();
    if (is_same) {
      const auto known = published_->series[series->published_index_].strands;
      run.strands.insert(run.strands.end(), known.begin(), known.end());
    } else {
      Build(*series, run.strands);
    }
    series->published_size_ = size;
    if (size == 0) {
      run.strands.resize(begin);
      series->published_index_ = SeriesStage::kNone;
      continue;
    }
    series->published_index_ = static_cast<uint32_t>(run.series.size());
    run.series.push_back({series->info_, std::span(run.strands).subspan(begin)});
  }
}

void RunStage::ResolveRestarts() {
  file_restarts_.clear();
  bool is_armed = false;
  std::optional<int64_t> last_step;
  for (const auto& file : files_) {
    const FileStage::Contents& contents = file->contents_;
    const bool goes_back =
        contents.has_summary && last_step && contents.first_summary_step < *last_step;
    must_rebuild_ |= goes_back != file->first_summary_goes_back_;
    must_rebuild_ |= is_armed != file->first_start_restarts_;
    file->first_summary_goes_back_ = goes_back;
    file->first_start_restarts_ = is_armed;

    if (contents.start_count > (is_armed ? 0 : 1)) {
      int64_t from_step = is_armed ? contents.first_start : contents.lowest_later_start;
      if (contents.start_count > 1) from_step = std::min(from_step, contents.lowest_later_start);
      file_restarts_.push_back({file->order_, from_step});
    }
    is_armed |= contents.start_count > 0;
    if (contents.has_summary) last_step = contents.last_summary_step;
  }
}

void RunStage::SortSeries() {
  const auto by_tag = [](const SeriesStage* a, const SeriesStage* b) {
    return a->info_->tag < b->info_->tag;
  };
  if (sorted_count_ == sorted_.size()) return;
  const auto middle = sorted_.begin() + static_cast<ptrdiff_t>(sorted_count_);
  std::sort(middle, sorted_.end(), by_tag);
  std::vector<SeriesStage*> merged(sorted_.size());
  std::merge(sorted_.begin(), middle, middle, sorted_.end(), merged.begin(), by_tag);
  sorted_ = std::move(merged);
  sorted_count_ = sorted_.size();
}

bool RunStage::IsRestart(const StrandStage& strand, const StrandStage::Mark& mark) const {
  switch (mark.cause) {
    case StrandStage::Cause::kFirstStart:
      return strand.file_->first_start_restarts_;
    case StrandStage::Cause::kFirstSummary:
      return strand.file_->first_summary_goes_back_;
    case StrandStage::Cause::kLaterStart:
    case StrandStage::Cause::kStepBack:
      return true;
  }
  return false;
}

void RunStage::Build(const SeriesStage& series, std::vector<Strand>& strands) const {
  const size_t begin = strands.size();
  // STARTs of files that do not hold the tag act on it at the next strand, or behind the last.
  auto restart = file_restarts_.begin();
  std::optional<int64_t> foreign_step;
  const auto take_restarts_before = [&](uint32_t order) {
    for (; restart != file_restarts_.end() && restart->order < order; ++restart) {
      foreign_step = std::min(foreign_step.value_or(restart->from_step), restart->from_step);
    }
  };
  for (const StrandStage& strand : series.strands_) {
    const uint32_t order = strand.file_->order_;
    take_restarts_before(order);
    if (restart != file_restarts_.end() && restart->order == order) ++restart;  // Has marks.

    Strand& added = strands.emplace_back(Strand{.file = order});
    if (const auto* const scalars = std::get_if<ScalarColumn>(&strand.column_)) {
      added.scalars = scalars->View();
    } else {
      added.blobs = std::get_if<BlobColumn>(&strand.column_)->View();
    }
    const bool is_first = strands.size() == begin + 1;
    if (foreign_step && !is_first) added.purges.push_back({0, *foreign_step, false});
    foreign_step.reset();
    for (const StrandStage::Mark& mark : strand.marks()) {
      if ((is_first && mark.position == 0) || !IsRestart(strand, mark)) continue;
      const bool is_start = mark.cause == StrandStage::Cause::kFirstStart ||
                            mark.cause == StrandStage::Cause::kLaterStart;
      added.purges.push_back({mark.position, mark.from_step, is_start});
    }
    if (added.size() == 0 && added.purges.empty()) strands.pop_back();
  }
  take_restarts_before(UINT32_MAX);
  if (foreign_step && strands.size() > begin) {
    strands.push_back({.file = file_restarts_.back().order, .purges = {{0, *foreign_step, false}}});
  }
}

}  // namespace stepscope
