// How the index stays small: Compact() within one logdir's folder, Prune() over all of them.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "index/file_names.h"
#include "index/index_store.h"

namespace stepscope {

Status IndexStore::Compact(const IsLive& is_live) {
  const std::lock_guard writing(writing_);
  const auto entry = disk_.GetEntry(folder_);
  if (!entry && entry.error().code == Code::kNotFound) return {};
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, LockFolder());
  RETURN_IF_ERROR(Refresh());
  DeleteRemains(lock != nullptr);
  const std::vector<OpenedSegment> victims = ChooseVictims(is_live);
  if (victims.empty()) return {};
  RETURN_IF_ERROR(Merge(victims, is_live));
  return DeleteVictims(victims);
}

// Those that hold more dead bytes than live ones; and where many are left, the smallest of them, so
// that large ones are seldom copied: a byte is written again about log(size) times.
std::vector<IndexStore::OpenedSegment> IndexStore::ChooseVictims(const IsLive& is_live) const {
  struct Use {
    OpenedSegment opened;
    uint64_t live_bytes = 0;
    uint64_t total_bytes = 0;
    bool has_live_runs = false;
  };
  const std::shared_ptr<const View> current = view();
  std::unordered_map<const IndexSegment*, Use> by_segment;
  for (const OpenedSegment& opened : current->segments) {
    Use& use = by_segment[opened.segment.get()];
    use.opened = opened;
    for (size_t i = 0; i < opened.segment->section_count(); ++i) {
      use.total_bytes += opened.segment->head_bytes(i) + opened.segment->body_bytes(i);
    }
  }
  for (const auto& [run, section] : current->sections) {
    if (!is_live(run)) continue;
    Use& use = by_segment[section.segment()];
    use.live_bytes += section.total_bytes();
    use.has_live_runs = true;
  }

  std::vector<OpenedSegment> victims;
  std::vector<Use> rest;
  for (auto& [segment, use] : by_segment) {
    const bool is_mostly_dead = use.total_bytes - use.live_bytes > use.live_bytes;
    if (!use.has_live_runs || is_mostly_dead) {
      victims.push_back(std::move(use.opened));
    } else {
      rest.push_back(std::move(use));
    }
  }
  if (rest.size() > kMaxSegments) {
    std::ranges::sort(rest, {}, &Use::live_bytes);
    const size_t count = rest.size() - kMaxSegments / 2;
    for (size_t i = 0; i < count; ++i) victims.push_back(std::move(rest[i].opened));
  }
  return victims;
}

// Copies what counts of the victims into one new segment. It is what counts of all segments, so it
// may be the newest one, whichever others stay.
Status IndexStore::Merge(const std::vector<OpenedSegment>& victims, const IsLive& is_live) {
  const std::shared_ptr<const View> current = view();
  std::vector<Section> sections;
  for (const OpenedSegment& victim : victims) {
    for (size_t i = 0; i < victim.segment->section_count(); ++i) {
      const auto found = current->sections.find(victim.segment->run(i));
      if (found == current->sections.end() || !is_live(found->first)) continue;
      const Section& section = found->second;
      if (section.segment() == victim.segment.get() && section.number() == i) {
        sections.push_back(section);
      }
    }
  }
  if (sections.empty()) return {};  // Deleting must work on a full disk, too.
  return WriteLocked([&](SegmentWriter& writer) -> Status {
    for (const Section& section : sections) {
      const auto head = section.Head();
      const auto body = section.Body();
      if (!head || !body) continue;  // Damaged: its event files are read again.
      RETURN_IF_ERROR(writer.Add(section.run(), *head, *body));
    }
    return {};
  });
}

Status IndexStore::DeleteVictims(const std::vector<OpenedSegment>& victims) {
  Status status;
  for (const OpenedSegment& victim : victims) {
    const Status removed = disk_.Remove(JoinPath(folder_, victim.name));
    if (!removed && removed.error().code != Code::kNotFound) status = removed;
  }
  RETURN_IF_ERROR(Refresh());
  return status;
}

// ---- All logdirs

struct IndexStore::FolderUse {
  std::string path;
  std::vector<DiskEntry> files;
  uint64_t bytes = 0;
  int64_t used_ns = 0;
  bool is_own = false;
};

Status IndexStore::Prune() {
  const std::lock_guard writing(writing_);
  ASSIGN_OR_RETURN(std::vector<FolderUse> folders, ListFolders());
  std::ranges::sort(folders, [](const FolderUse& a, const FolderUse& b) {
    return std::pair(a.is_own, a.used_ns) < std::pair(b.is_own, b.used_ns);
  });
  uint64_t total_bytes = 0;
  for (const FolderUse& use : folders) total_bytes += use.bytes;
  for (const FolderUse& use : folders) {
    const bool is_empty = use.files.empty() && !use.is_own;
    if (total_bytes <= options_.max_bytes && !is_empty) continue;
    if (use.is_own) return ShrinkOwnFolder(total_bytes - options_.max_bytes);
    total_bytes -= DeleteFolder(use);
  }
  return {};
}

Result<std::vector<IndexStore::FolderUse>> IndexStore::ListFolders() const {
  const auto entries = disk_.List(options_.directory);
  if (!entries && entries.error().code == Code::kNotFound) return std::vector<FolderUse>();
  if (!entries) return entries.error();
  std::vector<FolderUse> folders;
  for (const DiskEntry& entry : *entries) {
    if (!IsIndexFolderName(entry.name) || !entry.is_ours ||
        entry.stat.type != FileType::kDirectory) {
      continue;
    }
    FolderUse use{.path = JoinPath(options_.directory, entry.name)};
    use.is_own = use.path == folder_;
    const auto files = disk_.List(use.path);
    if (!files) continue;  // Another server deletes it, too.
    for (const DiskEntry& file : *files) {
      if (!IsSegmentName(file.name) && !IsUnfinishedName(file.name)) continue;
      use.files.push_back(file);
      use.bytes += file.stat.size_bytes;
      use.used_ns = std::max(use.used_ns, file.stat.modified_ns);
    }
    folders.push_back(std::move(use));
  }
  return folders;
}

// How many bytes are gone; none while somebody writes there. Servers that have mapped what is
// deleted keep it until they end.
uint64_t IndexStore::DeleteFolder(const FolderUse& use) const {
  const std::string lock_path = JoinPath(use.path, kIndexLockName);
  const auto lock = disk_.TryLock(lock_path);
  if (!lock && lock.error().code != Code::kUnimplemented) return 0;
  uint64_t deleted_bytes = 0;
  for (const DiskEntry& file : use.files) {
    if (disk_.Remove(JoinPath(use.path, file.name))) deleted_bytes += file.stat.size_bytes;
  }
  static_cast<void>(disk_.Remove(lock_path));
  static_cast<void>(disk_.RemoveDirectory(use.path));  // Unless there is something of the user's.
  return deleted_bytes;
}

// Oldest first: what grows still is in the newest ones.
Status IndexStore::ShrinkOwnFolder(uint64_t bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, LockFolder());
  RETURN_IF_ERROR(Refresh());
  const std::shared_ptr<const View> current = view();
  std::vector<OpenedSegment> victims;
  uint64_t victim_bytes = 0;
  for (size_t i = current->segments.size(); i > 0 && victim_bytes < bytes; --i) {
    victims.push_back(current->segments[i - 1]);
    victim_bytes += victims.back().segment->file_bytes();
  }
  return DeleteVictims(victims);
}

}  // namespace stepscope
