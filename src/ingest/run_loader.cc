#include "ingest/run_loader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ingest/logdir.h"

namespace stepscope {
namespace {

// How often reading stops to look whether it is time to publish: less than a millisecond of work.
constexpr uint64_t kCheckBytes = 256 << 10;
// A longer record is not read each second while it may heal, but at growing distances.
constexpr uint64_t kLongRecordBytes = 256 << 10;
// The second one reads in order; a third is for files that changed meanwhile.
constexpr int kMaxPasses = 3;

template <typename T>
std::optional<T> ReadNumber(const RandomAccessFile& bytes, uint64_t offset) {
  std::byte buffer[sizeof(T)];
  const auto count = bytes.ReadAt(offset, buffer);
  if (!count || *count != sizeof(T)) return std::nullopt;
  T number;
  std::memcpy(&number, buffer, sizeof(T));
  return number;
}

bool IsSame(const FileStat& a, const FileStat& b) {
  return a.device == b.device && a.inode == b.inode && a.size_bytes == b.size_bytes &&
         a.modified_ns == b.modified_ns;
}

}  // namespace

// A file's bytes, until the load is cancelled. Whatever came after the file was looked at is the
// next look's, so that nobody need ask whether there is more.
class RunLoader::Cursor final : public SequentialFile {
 public:
  Cursor(const RandomAccessFile& bytes, uint64_t offset, uint64_t end, LoadObserver& observer)
      : bytes_(bytes), offset_(offset), end_(end), observer_(observer) {}

  Result<size_t> Read(std::span<std::byte> buffer) override {
    if (observer_.IsCancelled()) return Error{Code::kCancelled, "stopped"};
    if (offset_ >= end_) return size_t{0};
    buffer = buffer.first(std::min<uint64_t>(buffer.size(), end_ - offset_));
    ASSIGN_OR_RETURN(const size_t count, bytes_.ReadAt(offset_, buffer));
    offset_ += count;
    return count;
  }

 private:
  const RandomAccessFile& bytes_;
  uint64_t offset_;
  const uint64_t end_;
  LoadObserver& observer_;
};

RunLoader::RunLoader(const LoaderContext& context, std::string name, std::string directory)
    : context_(context),
      directory_(std::move(directory)),
      prefix_(name == "." ? "" : name + "/"),
      stage_(std::move(name), directory_),
      sink_(stage_, context.stats, context.check, context.predicts) {}

void RunLoader::SetFiles(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<EventFile>> files;
  for (const std::string& name : names) {
    const auto known = std::find_if(files_.begin(), files_.end(),
                                    [&](const auto& f) { return f && f->name == name; });
    if (known != files_.end()) {
      files.push_back(std::move(*known));
      continue;
    }
    auto& file = files.emplace_back(std::make_unique<EventFile>());
    file->name = name;
    file->path = JoinPath(directory_, name);
    file->stage = &stage_.AddFile(prefix_ + name);
    is_loaded_ = false;
  }
  for (const auto& gone : files_) {
    if (!gone) continue;
    context_.stats.RemoveFile(gone->stage->info().path);
    stage_.DropFile(*gone->stage);
  }
  files_ = std::move(files);
  std::sort(files_.begin(), files_.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
}

std::optional<RunLoader::Time> RunLoader::Step(LoadObserver& observer,
                                               const std::vector<std::string>& names) {
  if (restored_bytes_ > 0) observer.OnBytes(std::exchange(restored_bytes_, 0));
  pace_.Begin(context_.clock.Monotonic());
  for (int pass = 0; pass == 0 || stage_.MustReread(); ++pass) {
    if (pass == kMaxPasses) return context_.clock.Monotonic();
    // A file turned out to change what others mean, and all are read again in their order.
    if (stage_.MustReread()) RestartAll();
    for (const auto& file : files_) {
      const bool is_asked = names.empty() || !file->is_read || IsRetryDue(*file) ||
                            std::find(names.begin(), names.end(), file->name) != names.end();
      if (is_asked && !Look(*file, observer)) return std::nullopt;
      if (stage_.has_kind_conflict()) break;
    }
  }
  holds_back_ = false;
  const bool was_loaded = std::exchange(
      is_loaded_,
      std::all_of(files_.begin(), files_.end(), [](const auto& f) { return f->is_read; }));
  if (is_loaded_) stage_.SetLoaded();
  const bool can_wait = observer.CanWait() && was_loaded;
  Publish(observer, can_wait ? Pace::kWhenCheap : Pace::kNow);
  return NextStep();
}

uint64_t RunLoader::used_bytes() const {
  uint64_t bytes = 0;
  for (const auto& file : files_) bytes += file->offset;
  return bytes;
}

bool RunLoader::Look(EventFile& file, LoadObserver& observer) {
  if (IsPlaceholderName(file.name)) {
    file.is_read = true;
    return true;
  }
  if (file.seen && !IsRetryDue(file) && !file.is_unreadable) {
    const auto stat = context_.files.GetStat(file.path);
    if (stat && IsSame(*stat, *file.seen)) return true;
  }
  const auto bytes = context_.files.Open(file.path);
  if (!bytes) {
    NoteUnreadable(file, bytes.error());
    return true;
  }
  const auto stat = (*bytes)->GetStat();
  if (!stat) {
    NoteUnreadable(file, stat.error());
    return true;
  }
  if (file.is_unreadable) {
    context_.stats.Remove(Stat::kFileUnreadable, file.stage->info().path, file.offset);
    file.is_unreadable = false;
  }
  if (IsReplaced(file, **bytes, *stat)) {
    Restart(file);
    context_.stats.Add(Stat::kFileReplaced, {file.stage->info().path, 0, ""});
    holds_back_ = true;
  }
  if (IsPending(file, **bytes, *stat)) {
    file.seen = *stat;
    stage_.SetProgress(*file.stage, file.offset, stat->size_bytes);
    return true;
  }
  return Read(file, **bytes, *stat, observer);
}

bool RunLoader::IsPending(const EventFile& file, const RandomAccessFile& bytes,
                          const FileStat& stat) const {
  if (!file.pending_length || stat.size_bytes < file.offset) return false;
  const uint64_t wanted = kRecordHeaderBytes + *file.pending_length + kRecordFooterBytes;
  return stat.size_bytes - file.offset < wanted &&
         ReadNumber<uint64_t>(bytes, file.offset) == *file.pending_length;
}

bool RunLoader::IsReplaced(const EventFile& file, const RandomAccessFile& bytes,
                           const FileStat& stat) const {
  if (!file.seen) return false;
  const FileStat& seen = *file.seen;
  if (stat.device != seen.device || stat.inode != seen.inode) return true;
  if (stat.size_bytes < file.offset) return true;
  const bool is_untouched =
      stat.modified_ns == seen.modified_ns && stat.size_bytes == seen.size_bytes;
  if (is_untouched || file.offset == 0) return false;
  const Fingerprint& print = file.fingerprint;
  return ReadNumber<uint64_t>(bytes, 0) != print.first_length ||
         ReadNumber<uint32_t>(bytes, kRecordHeaderBytes + print.first_length) != print.first_crc ||
         ReadNumber<uint32_t>(bytes, file.offset - kRecordFooterBytes) != print.last_crc;
}

bool RunLoader::Read(EventFile& file, const RandomAccessFile& bytes, const FileStat& stat,
                     LoadObserver& observer) {
  sink_.BeginFile(*file.stage, bytes);
  const bool is_done = ReadRecords(file, bytes, stat, observer);
  sink_.EndFile();
  return is_done;
}

bool RunLoader::ReadRecords(EventFile& file, const RandomAccessFile& bytes, const FileStat& stat,
                            LoadObserver& observer) {
  Cursor cursor(bytes, file.offset, stat.size_bytes, observer);
  RecordReader reader(cursor, file.offset, context_.max_record_bytes);
  uint64_t checked_offset = file.offset;
  std::optional<Record> damaged;  // To be skipped, unless it is the last one.
  std::optional<Place> tail;
  Record record;
  while (true) {
    if (!damaged && !file.suspect) {
      const size_t taken = sink_.AddPredicted(reader.buffered(), file.fingerprint.last_crc);
      reader.Skip(taken);
      file.offset += taken;
    }
    if (!reader.NextBuffered(record)) {
      auto next = reader.Next();
      if (!next && next.error().code == Code::kCancelled) {
        observer.OnBytes(file.offset - checked_offset);
        return false;
      }
      if (!next) {
        const Code code = next.error().code;
        if (code == Code::kDataLoss || code == Code::kOutOfRange) {
          tail = {code == Code::kDataLoss ? Stat::kRecordLengthChecksum : Stat::kRecordTooLong,
                  reader.offset()};
        } else {
          NoteUnreadable(file, next.error());
        }
        break;
      }
      if (!*next) {
        if (reader.pending_bytes() > 0) tail = {Stat::kRecordTruncated, reader.offset()};
        break;
      }
      record = **next;
    }
    if (damaged) [[unlikely]] {
      Skip(file, *damaged);
      damaged.reset();
    }
    if (!record.IsIntact()) [[unlikely]] {
      damaged = record;
      continue;
    }
    if (file.suspect) [[unlikely]]
      Heal(file);
    Advance(file, record);
    sink_.Add(record);
    if (file.offset - checked_offset >= kCheckBytes) [[unlikely]] {
      observer.OnBytes(file.offset - std::exchange(checked_offset, file.offset));
      if (stage_.has_kind_conflict()) return true;
      stage_.SetProgress(*file.stage, file.offset, std::max(stat.size_bytes, file.offset));
      if (!holds_back_) Publish(observer, Pace::kPeriodic);
    }
  }
  observer.OnBytes(file.offset - checked_offset);
  if (damaged) {
    NoteSuspect(file, *damaged, stat);
  } else if (file.suspect) {
    Heal(file);  // Not whole, but another record than it was, or none.
  }
  NoteTail(file, tail);
  const bool is_truncated = tail && tail->stat == Stat::kRecordTruncated && !damaged;
  file.pending_length = is_truncated ? reader.pending_length() : std::nullopt;
  file.seen = stat;
  // Most files never grow again, and of the others the rest is small.
  if (!std::exchange(file.is_read, true)) stage_.SealFile(*file.stage);
  stage_.SetProgress(*file.stage, file.offset, std::max(stat.size_bytes, file.offset));
  return true;
}

void RunLoader::Advance(EventFile& file, const Record& record) {
  if (record.offset == 0) [[unlikely]] {
    file.fingerprint.first_length = record.length;
    file.fingerprint.first_crc = record.stored_crc;
  }
  file.fingerprint.last_crc = record.stored_crc;
  file.offset = record.end();
}

void RunLoader::NoteSuspect(EventFile& file, const Record& record, const FileStat& stat) {
  const Time now = context_.clock.Monotonic();
  if (!file.suspect) {
    // Nobody has written to an old file for as long as we would wait.
    const double age_s =
        context_.clock.WallSeconds() - static_cast<double>(stat.modified_ns) * 1e-9;
    const bool is_old = age_s >= static_cast<double>(kHealTime.count());
    file.suspect = Suspect{.offset = record.offset,
                           .length = record.length,
                           .counted_at = is_old ? now : now + kHealTime};
  } else if (record.length > kLongRecordBytes) {
    file.suspect->retry_period *= 2;
  }
  Suspect& suspect = *file.suspect;
  suspect.retry_at = std::min(now + suspect.retry_period, std::max(now, suspect.counted_at));
  if (!suspect.is_counted && now >= suspect.counted_at) {
    context_.stats.Add(Stat::kRecordChecksum, {file.stage->info().path, record.offset, ""});
    suspect.is_counted = true;
  }
}

void RunLoader::Heal(EventFile& file) {
  if (file.suspect->is_counted) {
    context_.stats.Remove(Stat::kRecordChecksum, file.stage->info().path, file.suspect->offset);
  }
  file.suspect.reset();
}

void RunLoader::Skip(EventFile& file, const Record& record) {
  if (!file.suspect || !file.suspect->is_counted) {
    context_.stats.Add(Stat::kRecordChecksum, {file.stage->info().path, record.offset, ""});
  }
  file.suspect.reset();
  Advance(file, record);
}

void RunLoader::NoteTail(EventFile& file, std::optional<Place> tail) {
  if (file.tail == tail) return;
  const std::string& path = file.stage->info().path;
  if (file.tail) context_.stats.Remove(file.tail->stat, path, file.tail->offset);
  if (tail) context_.stats.Add(tail->stat, {path, tail->offset, ""});
  file.tail = tail;
}

void RunLoader::NoteUnreadable(EventFile& file, const Error& error) {
  file.is_read = true;
  // A file that is gone is dropped when its directory is listed again.
  if (file.is_unreadable || error.code == Code::kNotFound) return;
  file.is_unreadable = true;
  context_.stats.Add(Stat::kFileUnreadable, {file.stage->info().path, file.offset, error.message});
}

void RunLoader::Restart(EventFile& file) {
  context_.stats.RemoveFile(file.stage->info().path);
  stage_.ResetFile(*file.stage);
  file.seen.reset();
  file.offset = 0;
  file.pending_length.reset();
  file.suspect.reset();
  file.tail.reset();
  file.is_unreadable = false;
  file.is_read = false;
}

void RunLoader::RestartAll() {
  for (const auto& file : files_) Restart(*file);
  stage_.Clear();
  holds_back_ = true;
}

bool RunLoader::IsRetryDue(const EventFile& file) const {
  if (!file.suspect || file.suspect->is_counted) return false;
  // To look again at a short one costs nothing.
  return file.suspect->length <= kLongRecordBytes ||
         context_.clock.Monotonic() >= file.suspect->retry_at;
}

void RunLoader::Publish(LoadObserver& observer, Pace pace) {
  if (!stage_.is_changed()) return;
  const Time begin = context_.clock.Monotonic();
  if (pace != Pace::kNow && pace_.Left(begin, pace == Pace::kPeriodic) > Time(0)) return;
  observer.OnPublish(stage_.Publish());
  pace_.Note(begin, context_.clock.Monotonic());
}

std::optional<RunLoader::Time> RunLoader::NextStep() const {
  const Time now = context_.clock.Monotonic();
  std::optional<Time> next;
  if (stage_.is_changed()) next = now + pace_.Left(now, /*has_others=*/false);
  for (const auto& file : files_) {
    if (!file->suspect || file->suspect->is_counted) continue;
    // One that could not be read this time is past its time already.
    const Time at = file->suspect->retry_at;
    next = std::min(next.value_or(Time::max()), at > now ? at : now + kHealRetryPeriod);
  }
  return next;
}

}  // namespace stepscope
