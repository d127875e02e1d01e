// The half of RunLoader that goes to the index on disk and comes from there. A run's section is
// drawn in docs/format/index.md.
#include <algorithm>
#include <map>
#include <utility>

#include "ingest/run_loader.h"

namespace stepscope {
namespace {

void PutStats(const std::map<Stat, StatSummary>& stats, ByteWriter& head) {
  head.Put(uint64_t{stats.size()});
  for (const auto& [stat, summary] : stats) {
    head.Put(Describe(stat).name);
    head.Put(summary.count);
    head.Put(uint64_t{summary.occurrences.size()});
    for (const StatOccurrence& occurrence : summary.occurrences) {
      head.Put(occurrence.offset);
      head.Put(occurrence.detail);
    }
  }
}

std::optional<Stat> FindStat(std::string_view name) {
  for (size_t i = 0; i < kStatCount; ++i) {
    if (Describe(static_cast<Stat>(i)).name == name) return static_cast<Stat>(i);
  }
  return std::nullopt;
}

std::map<Stat, StatSummary> GetStats(ByteReader& head) {
  std::map<Stat, StatSummary> stats;
  const size_t count = head.GetCount(/*min_bytes=*/20);
  for (size_t i = 0; i < count && head.ok(); ++i) {
    const auto stat = FindStat(head.GetText());
    if (!stat) head.Fail();
    StatSummary summary{.count = head.Get<uint64_t>()};
    summary.occurrences.resize(head.GetCount(/*min_bytes=*/12));
    for (StatOccurrence& occurrence : summary.occurrences) {
      head.Get(occurrence.offset);
      head.Get(occurrence.detail);
    }
    if (head.ok()) stats[*stat] = std::move(summary);
  }
  return stats;
}

}  // namespace

std::optional<RunArchive> RunLoader::Save() const {
  const bool lasts = is_loaded_ && !stage_.MustReread() &&
                     std::all_of(files_.begin(), files_.end(), [](const auto& file) {
                       return file->is_read && !file->suspect && !file->is_unreadable;
                     });
  if (!lasts) return std::nullopt;
  RunArchive archive;
  archive.head.Put(kArchiveFormat);
  archive.head.Put(uint64_t{files_.size()});
  for (const auto& file : files_) SaveFile(*file, archive.head);
  StageArchive::Save(stage_, archive.head, archive.body);
  return archive;
}

void RunLoader::SaveFile(const EventFile& file, ByteWriter& head) const {
  head.Put(file.name);
  head.Put(file.seen.has_value());
  const FileStat seen = file.seen.value_or(FileStat{});
  head.Put(seen.type);
  head.Put(seen.device);
  head.Put(seen.inode);
  head.Put(seen.size_bytes);
  head.Put(seen.modified_ns);
  head.Put(file.offset);
  head.Put(file.fingerprint.first_length);
  head.Put(file.fingerprint.first_crc);
  head.Put(file.fingerprint.last_crc);
  head.Put(file.pending_length);
  head.Put(file.tail.has_value());
  head.Put(file.tail ? Describe(file.tail->stat).name : std::string_view());
  head.Put(file.tail ? file.tail->offset : uint64_t{0});
  PutStats(context_.stats.GetFile(file.stage->info().path), head);
}

bool RunLoader::Restore(std::span<const std::byte> head_bytes, std::span<const std::byte> body,
                        const std::shared_ptr<const void>& keep_alive) {
  ByteReader head(head_bytes);
  if (head.Get<uint32_t>() != kArchiveFormat) return false;
  const size_t count = head.GetCount(/*min_bytes=*/64);
  std::vector<std::map<Stat, StatSummary>> stats;
  for (size_t i = 0; i < count && head.ok(); ++i) {
    files_.push_back(RestoreFile(head));
    stats.push_back(GetStats(head));
  }
  if (!head.ok()) return false;
  const auto stages = StageArchive::Restore(head, body, keep_alive, stage_);
  if (!stages || stages->size() != files_.size() || !head.at_end()) return false;
  for (size_t i = 0; i < files_.size(); ++i) {
    EventFile& file = *files_[i];
    file.stage = (*stages)[i];
    if (file.stage->info().path != prefix_ + file.name) return false;
  }
  for (size_t i = 0; i < files_.size(); ++i) {
    context_.stats.AddFile(files_[i]->stage->info().path, stats[i]);
    restored_bytes_ += files_[i]->offset;
  }
  is_loaded_ = true;
  return true;
}

std::unique_ptr<RunLoader::EventFile> RunLoader::RestoreFile(ByteReader& head) const {
  auto file = std::make_unique<EventFile>();
  head.Get(file->name);
  file->path = JoinPath(directory_, file->name);
  const bool has_seen = head.Get<bool>();
  FileStat seen;
  head.Get(seen.type);
  head.Get(seen.device);
  head.Get(seen.inode);
  head.Get(seen.size_bytes);
  head.Get(seen.modified_ns);
  if (has_seen) file->seen = seen;
  head.Get(file->offset);
  head.Get(file->fingerprint.first_length);
  head.Get(file->fingerprint.first_crc);
  head.Get(file->fingerprint.last_crc);
  head.Get(file->pending_length);
  const bool has_tail = head.Get<bool>();
  const auto stat = FindStat(head.GetText());
  const auto offset = head.Get<uint64_t>();
  if (has_tail && !stat) head.Fail();
  if (has_tail && stat) file->tail = Place{*stat, offset};
  file->is_read = true;
  return file;
}

}  // namespace stepscope
