#include "index/index_store.h"

#include <algorithm>
#include <random>
#include <utility>

#include "index/file_names.h"

namespace stepscope {
namespace {

// A file that is damaged may be one that another machine's server has just renamed, of which a
// network file system does not show us all yet.
constexpr double kDamagedKeepS = 3600;
// Two versions of us may run side by side for a while, each with segments of its own.
constexpr double kForeignKeepS = 7 * 24 * 3600;
// An unfinished file is its writer's for as long; only asked where there are no locks.
constexpr double kUnfinishedKeepS = 3600;
// Marks of use are no more exact than this, so that a start seldom writes anything.
constexpr double kTouchEveryS = 3600;
// Of what is listed; a folder with more of them was not filled by us.
constexpr size_t kMaxSegmentFiles = 256;
constexpr size_t kMaxNotices = 16;  // Of damaged files, until somebody takes them.

uint64_t RandomNumber() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

bool IsNewer(const IndexSegment& a, const IndexSegment& b) {
  return std::pair(a.sequence(), a.writer_id()) > std::pair(b.sequence(), b.writer_id());
}

}  // namespace

Result<std::string> DefaultIndexDirectory(const char* xdg_cache_home, const char* home) {
  // The XDG base directory specification wants relative paths ignored.
  if (xdg_cache_home != nullptr && xdg_cache_home[0] == '/') {
    return JoinPath(xdg_cache_home, "stepscope");
  }
  if (home != nullptr && home[0] == '/') return JoinPath(home, ".cache/stepscope");
  return Error{Code::kFailedPrecondition,
               "neither XDG_CACHE_HOME nor HOME says where an index can lie"};
}

// ---- Reading

Result<std::unique_ptr<IndexStore>> IndexStore::Open(const Disk& disk, const Clock& clock,
                                                     IndexOptions options) {
  std::unique_ptr<IndexStore> store(new IndexStore(disk, clock, std::move(options)));
  RETURN_IF_ERROR(store->FindFolder());
  RETURN_IF_ERROR(store->Refresh());

  const double now_s = clock.WallSeconds();
  for (const OpenedSegment& opened : store->view()->segments) {
    const std::string path = JoinPath(store->folder_, opened.name);
    const auto entry = disk.GetEntry(path);
    const bool is_marked =
        entry && now_s - static_cast<double>(entry->stat.modified_ns) * 1e-9 < kTouchEveryS;
    // Where it cannot be marked (a read-only cache), it cannot be pruned either.
    if (!is_marked) static_cast<void>(disk.Touch(path));
  }
  return store;
}

// The folder's name says path and inode of the logdir. Not its device: file systems get another
// number at every mount (NFS, Btrfs, LVM), and the index would be lost with each restart of the
// machine. Whether a section fits its event files is checked by who reads it.
Status IndexStore::FindFolder() {
  ASSIGN_OR_RETURN(options_.logdir, disk_.CanonicalPath(options_.logdir));
  ASSIGN_OR_RETURN(const DiskEntry logdir, disk_.GetEntry(options_.logdir));
  logdir_inode_ = logdir.stat.inode;
  folder_ = JoinPath(options_.directory, IndexFolderName(options_.logdir, logdir_inode_));
  return {};
}

// Nobody else may have put there what we map: a file that its owner cuts short would end us.
Status IndexStore::CheckFolder() const {
  ASSIGN_OR_RETURN(const DiskEntry entry, disk_.GetEntry(folder_));
  if (entry.stat.type != FileType::kDirectory) {
    return Error{Code::kFailedPrecondition, "not a directory: " + folder_};
  }
  if (!entry.is_ours) {
    return Error{Code::kPermissionDenied, "the index belongs to another user: " + folder_};
  }
  return {};
}

// Makes the view what is in the folder now. Segments that are open already stay open.
Status IndexStore::Refresh() {
  const Status folder = CheckFolder();
  if (!folder && folder.error().code == Code::kNotFound) {
    Publish({});
    return {};
  }
  RETURN_IF_ERROR(folder);
  ASSIGN_OR_RETURN(const std::vector<DiskEntry> entries, disk_.List(folder_));
  std::vector<std::string> names;
  for (const DiskEntry& entry : entries) {
    if (IsSegmentName(entry.name) && entry.is_ours && entry.stat.type == FileType::kRegular) {
      names.push_back(entry.name);
    }
  }
  std::sort(names.begin(), names.end(), std::greater<>());
  if (names.size() > kMaxSegmentFiles) names.resize(kMaxSegmentFiles);

  const std::shared_ptr<const View> known = view();
  std::vector<OpenedSegment> segments;
  for (const std::string& name : names) {
    auto segment = OpenSegment(name, *known);
    if (segment != nullptr) segments.push_back({name, std::move(segment)});
  }
  Publish(std::move(segments));
  return {};
}

std::shared_ptr<const IndexSegment> IndexStore::OpenSegment(const std::string& name,
                                                            const View& known) {
  for (const OpenedSegment& opened : known.segments) {
    if (opened.name == name) return opened.segment;
  }
  auto shared = disk_.Map(JoinPath(folder_, name), options_.max_bytes);
  if (!shared) {
    // Another server merged it away, and what it held is in a newer one.
    if (shared.error().code != Code::kNotFound) AddNotice(name + ": " + shared.error().message);
    return nullptr;
  }
  auto segment = IndexSegment::Open(*std::move(shared));
  if (!segment) {
    if (segment.error().code == Code::kDataLoss) AddNotice(name + ": " + segment.error().message);
    return nullptr;
  }
  const IndexSegment& opened = **segment;
  const bool is_for_us = opened.content_format() == options_.content_format &&
                         opened.logdir() == options_.logdir &&
                         opened.logdir_inode() == logdir_inode_;
  return is_for_us ? *std::move(segment) : nullptr;
}

void IndexStore::Publish(std::vector<OpenedSegment> segments) {
  std::sort(segments.begin(), segments.end(),
            [](const auto& a, const auto& b) { return IsNewer(*a.segment, *b.segment); });
  auto next = std::make_shared<View>();
  next->segments = std::move(segments);
  for (const OpenedSegment& opened : next->segments) {
    // From the last one: it counts when somebody added a run twice.
    for (size_t i = opened.segment->section_count(); i > 0; --i) {
      next->sections.try_emplace(opened.segment->run(i - 1), opened.segment, i - 1);
    }
  }
  const std::lock_guard lock(mutex_);
  view_ = std::move(next);
}

std::shared_ptr<const IndexStore::View> IndexStore::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

std::optional<Section> IndexStore::Find(std::string_view run) const {
  const std::shared_ptr<const View> current = view();
  const auto found = current->sections.find(run);
  if (found == current->sections.end()) return std::nullopt;
  return found->second;
}

size_t IndexStore::run_count() const { return view()->sections.size(); }

std::vector<std::string> IndexStore::TakeNotices() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notices_, {});
}

void IndexStore::AddNotice(std::string line) {
  const std::lock_guard lock(mutex_);
  if (noticed_.size() >= kMaxNotices || !noticed_.insert(line).second) return;
  notices_.push_back(std::move(line));
}

// ---- Writing

// Null where the file system has no locks: then two writers may meet, which their random names and
// the rename at the end make harmless.
Result<std::unique_ptr<FileLock>> IndexStore::LockFolder() {
  RETURN_IF_ERROR(disk_.MakeDirectories(folder_));
  RETURN_IF_ERROR(CheckFolder());
  auto lock = disk_.TryLock(JoinPath(folder_, kIndexLockName));
  if (!lock && lock.error().code == Code::kUnimplemented) return std::unique_ptr<FileLock>();
  return lock;
}

Status IndexStore::Write(const std::function<Status(SegmentWriter&)>& fill) {
  const std::lock_guard writing(writing_);
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, LockFolder());
  RETURN_IF_ERROR(Refresh());
  DeleteRemains(lock != nullptr);
  return WriteLocked(fill);
}

Status IndexStore::WriteLocked(const std::function<Status(SegmentWriter&)>& fill) {
  ASSIGN_OR_RETURN(const uint64_t free_bytes, disk_.FreeBytes(folder_));
  if (free_bytes <= kReservedFreeBytes) {
    return Error{Code::kResourceExhausted, "too little room on the disk: " + folder_};
  }
  const uint64_t max_bytes = std::min(options_.max_bytes, free_bytes - kReservedFreeBytes);

  std::vector<OpenedSegment> segments = view()->segments;
  const uint64_t sequence = segments.empty() ? 1 : segments.front().segment->sequence() + 1;
  const uint64_t writer_id = RandomNumber();
  const std::string name = SegmentName(sequence, writer_id);
  const std::string path = JoinPath(folder_, UnfinishedName(sequence, writer_id));
  ASSIGN_OR_RETURN(std::unique_ptr<OutputFile> file, disk_.CreateNew(path));
  SegmentWriter writer(
      *file, {options_.logdir, logdir_inode_, options_.content_format, sequence, writer_id},
      max_bytes);
  Status status = fill(writer);
  const bool is_empty = writer.section_count() == 0;
  if (status && !is_empty) status = writer.Finish();
  file.reset();
  if (status && !is_empty) status = disk_.Rename(path, JoinPath(folder_, name));
  if (!status || is_empty) {
    static_cast<void>(disk_.Remove(path));  // If it cannot be, the next writer tries again.
    return status;
  }

  ASSIGN_OR_RETURN(SharedBytes shared, disk_.Map(JoinPath(folder_, name), options_.max_bytes));
  ASSIGN_OR_RETURN(std::shared_ptr<const IndexSegment> segment,
                   IndexSegment::Open(std::move(shared)));
  segments.push_back({name, std::move(segment)});
  Publish(std::move(segments));
  return {};
}

// Deletes what writers that were killed, damage and other versions left in the folder.
void IndexStore::DeleteRemains(bool is_locked) {
  const auto entries = disk_.List(folder_);
  if (!entries) return;
  const double now_s = clock_.WallSeconds();
  const std::shared_ptr<const View> current = view();
  const auto is_in_use = [&](const std::string& name) {
    return std::ranges::find(current->segments, name, &OpenedSegment::name) !=
           current->segments.end();
  };
  for (const DiskEntry& entry : *entries) {
    const double age_s = now_s - static_cast<double>(entry.stat.modified_ns) * 1e-9;
    const std::string path = JoinPath(folder_, entry.name);
    if (IsUnfinishedName(entry.name)) {
      // Under the lock nobody else is writing, so its writer is no more.
      if (is_locked || age_s > kUnfinishedKeepS) static_cast<void>(disk_.Remove(path));
    } else if (IsSegmentName(entry.name) && age_s > kDamagedKeepS && !is_in_use(entry.name)) {
      const auto shared = disk_.Map(path, options_.max_bytes);
      if (!shared) continue;
      const auto segment = IndexSegment::Open(*shared);
      const bool is_damaged = !segment && segment.error().code == Code::kDataLoss;
      if (is_damaged || age_s > kForeignKeepS) static_cast<void>(disk_.Remove(path));
    }
  }
}

}  // namespace stepscope
