#include "app/load.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "app/terminal.h"
#include "base/clock.h"
#include "ingest/ingest.h"
#include "ingest/logdir.h"

namespace stepscope {
namespace {

constexpr std::chrono::milliseconds kSilence{500};  // Before progress is shown,
constexpr std::chrono::milliseconds kPeriod{100};   // and how often.

// Shows one file of a directory and nothing else.
class DirectoryOfOne final : public Directory {
 public:
  DirectoryOfOne(std::unique_ptr<Directory> directory, std::string name)
      : directory_(std::move(directory)), name_(std::move(name)) {}

  Result<FileStat> GetStat() const override { return directory_->GetStat(); }
  Result<std::vector<DirectoryEntry>> List() override {
    return std::vector<DirectoryEntry>{{.name = name_, .type = FileType::kRegular}};
  }
  Result<FileStat> GetStat(const std::string& name) const override {
    return directory_->GetStat(name);
  }

 private:
  std::unique_ptr<Directory> directory_;
  const std::string name_;
};

class OneFile final : public FileSystem {
 public:
  OneFile(const FileSystem& files, std::string name) : files_(files), name_(std::move(name)) {}

  Result<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override {
    ASSIGN_OR_RETURN(auto directory, files_.OpenDirectory(path));
    return std::unique_ptr<Directory>(
        std::make_unique<DirectoryOfOne>(std::move(directory), name_));
  }
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) const override {
    return files_.Open(path);
  }
  Result<FileStat> GetStat(const std::string& path) const override { return files_.GetStat(path); }
  Result<std::unique_ptr<RandomAccessFile>> OpenBeneath(
      const std::string& directory, const std::string& relative) const override {
    return files_.OpenBeneath(directory, relative);
  }

 private:
  const FileSystem& files_;
  const std::string name_;
};

// A line on stderr that is written over and over, and taken away in the end.
class ProgressLine {
 public:
  ~ProgressLine() {
    if (is_shown_) Write("\r\x1b[K");
  }
  void Show(const std::string& text) {
    is_shown_ = true;
    Write("\r" + text + "\x1b[K");
  }

 private:
  static void Write(const std::string& text) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  }
  bool is_shown_ = false;
};

// Keeps the newest snapshot for the thread that waits.
class Arrivals {
 public:
  void Put(std::shared_ptr<const Snapshot> snapshot) {
    const std::lock_guard lock(mutex_);
    newest_ = std::move(snapshot);
    arrived_.notify_one();
  }
  // The newest one once it is complete, or when `seconds` are over.
  std::shared_ptr<const Snapshot> Wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, timeout, [&] { return newest_ && newest_->progress.is_complete; });
    return newest_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::shared_ptr<const Snapshot> newest_;
};

Error NotReadable(const Command& command, LogdirState state) {
  const std::string& name = command.server.logdir;
  switch (state) {
    case LogdirState::kOk:
    case LogdirState::kMissing:
      break;
    case LogdirState::kNotADirectory:
      return {Code::kFailedPrecondition, name + " is neither a directory nor a file"};
    case LogdirState::kUnreadable:
      return {Code::kPermissionDenied, name + " cannot be read"};
  }
  return {Code::kNotFound, name + " does not exist"};
}

}  // namespace

Result<LoadedLogdir> LoadOnce(const Command& command, const FileSystem& files,
                              bool shows_progress) {
  std::string logdir = command.logdir_path;
  const FileSystem* shown_files = &files;
  std::unique_ptr<OneFile> one_file;
  const auto stat = files.GetStat(logdir);
  if (stat && stat->type == FileType::kRegular) {
    const size_t slash = logdir.rfind('/');
    const std::string name = logdir.substr(slash == std::string::npos ? 0 : slash + 1);
    if (!IsEventFileName(name)) {
      return Error{Code::kInvalidArgument, command.server.logdir +
                                               " is no event file: those have tfevents in "
                                               "their names"};
    }
    logdir = slash == std::string::npos ? "." : logdir.substr(0, std::max<size_t>(slash, 1));
    one_file = std::make_unique<OneFile>(files, name);
    shown_files = one_file.get();
  }

  LoadedLogdir loaded = {.snapshot = nullptr, .stats = std::make_unique<Stats>()};
  SnapshotCell cell;
  Arrivals arrivals;
  cell.AddListener([&](const auto& snapshot) { arrivals.Put(snapshot); });
  Ingest ingest({.logdir = logdir,
                 .reload_interval_s = 0,
                 .threads = command.max_reload_threads,
                 .max_record_bytes = command.max_record_bytes,
                 .check = CheckSeries},
                *shown_files, SystemClock(), *loaded.stats, cell);
  ProgressLine line;
  ingest.Start();
  loaded.snapshot = arrivals.Wait(kSilence);
  while (!loaded.snapshot || !loaded.snapshot->progress.is_complete) {
    if (shows_progress && loaded.snapshot) line.Show(ProgressText(*loaded.snapshot));
    loaded.snapshot = arrivals.Wait(kPeriod);
  }
  ingest.Stop();
  const LogdirState state = loaded.snapshot->logdir_state;
  if (state != LogdirState::kOk) return NotReadable(command, state);
  return loaded;
}

std::string ProgressText(const Snapshot& snapshot) {
  const LoadProgress& progress = snapshot.progress;
  uint64_t points = 0;
  for (const auto& run : snapshot.runs) points += run->point_count;
  const uint64_t total = std::max<uint64_t>(progress.bytes_total, 1);
  const uint64_t percent = std::min<uint64_t>(progress.bytes_read, total) * 100 / total;
  return "reading " + std::to_string(percent) + " % of " + HumanBytes(progress.bytes_total) + ", " +
         WithThousands(snapshot.runs.size()) + " runs, " + WithThousands(points) + " points";
}

}  // namespace stepscope
