#include "ingest/logdir.h"

#include <algorithm>
#include <utility>

namespace stepscope {
namespace {

constexpr std::string_view kRootKey = ".";
constexpr std::string_view kWorkspaceName = ".stepscope";  // Ours.

std::optional<OtherFileKind> KindOfOtherFile(const std::string& key, std::string_view name) {
  if (name == "projector_config.pbtxt") return OtherFileKind::kProjectorConfig;
  if (name == "checkpoint") return OtherFileKind::kCheckpoint;
  if (name.ends_with(".pt.trace.json") || name.ends_with(".pt.trace.json.gz")) {
    return OtherFileKind::kTorchTrace;
  }
  if (name.starts_with("tfdbg_events.")) return OtherFileKind::kDebugger;
  const std::string session = "/" + Logdir::ParentKey(key);
  if (session.ends_with("/plugins/profile")) return OtherFileKind::kProfile;
  return std::nullopt;
}

bool IsBefore(const OtherFile& a, const OtherFile& b) { return a.path < b.path; }

int DepthOf(const std::string& key) {
  return static_cast<int>(std::count(key.begin(), key.end(), '/'));
}

}  // namespace

bool IsEventFileName(std::string_view name) { return name.find("tfevents") != name.npos; }
bool IsPlaceholderName(std::string_view name) { return name.ends_with(".profile-empty"); }

// What a directory was found to hold.
struct Logdir::Found {
  struct Child {
    std::string name;
    bool is_link = false;
  };
  LogdirEntry entry;
  std::vector<Child> children;
};

Logdir::Logdir(std::string path, const FileSystem& files, const Clock& clock, Stats& stats,
               DirectoryObserver& observer)
    : path_(std::move(path)), files_(files), clock_(clock), stats_(stats), observer_(observer) {}

std::string Logdir::ChildKey(const std::string& key, std::string_view name) {
  return key == kRootKey ? std::string(name) : key + "/" + std::string(name);
}

std::string Logdir::ParentKey(const std::string& key) {
  const size_t slash = key.rfind('/');
  return slash == key.npos ? std::string(kRootKey) : key.substr(0, slash);
}

std::string Logdir::PathOf(const std::string& key) const {
  return key == kRootKey ? path_ : JoinPath(path_, key);
}

const LogdirEntry* Logdir::Find(const std::string& key) const {
  const auto found = nodes_.find(key);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<OtherFile> Logdir::OtherFiles() const {
  std::vector<OtherFile> files;
  for (const auto& [key, node] : nodes_) {
    files.insert(files.end(), node.other_files.begin(), node.other_files.end());
  }
  std::sort(files.begin(), files.end(), IsBefore);
  return files;
}

LogdirState Logdir::LookAtRoot(std::optional<FileStat>& found) const {
  const auto stat = files_.GetStat(path_);
  if (!stat) {
    const bool is_missing = stat.error().code == Code::kNotFound;
    return is_missing ? LogdirState::kMissing : LogdirState::kUnreadable;
  }
  if (stat->type != FileType::kDirectory) return LogdirState::kNotADirectory;
  found = *stat;
  return LogdirState::kOk;
}

bool Logdir::HasMoved() const {
  std::optional<FileStat> now;
  return root_ && LookAtRoot(now) == LogdirState::kOk &&
         (now->device != root_->device || now->inode != root_->inode);
}

LogdirChanges Logdir::Scan() {
  if (HasMoved()) return ScanAnew();
  LogdirChanges changes;
  const std::string root(kRootKey);
  std::optional<FileStat> found;
  state_ = LookAtRoot(found);
  if (state_ == LogdirState::kOk) {
    // Asked for before it is entered: what changes between the two is noticed the next time.
    if (!root_) root_ = found;
    may_move_ = files_.HasLinks(path_);
    ++look_;
    Walk({root}, /*whole=*/true, changes);
    ForgetOldLimits();
  } else {
    root_.reset();
    Drop(root, changes);
  }
  return changes;
}

LogdirChanges Logdir::ScanDirectory(const std::string& key, const std::set<std::string>& replaced) {
  const auto node = nodes_.find(key);
  if (key == kRootKey) {
    std::optional<FileStat> found;
    if (node == nodes_.end() || HasMoved() || LookAtRoot(found) != LogdirState::kOk) return Scan();
    state_ = LogdirState::kOk;
  }
  LogdirChanges changes;
  if (node == nodes_.end()) return changes;  // Gone already.
  for (const std::string& name : replaced) Drop(ChildKey(key, name), changes);
  Walk({key, node->second.link_count}, /*whole=*/false, changes);
  ForgetRefound(changes);
  return changes;
}

LogdirChanges Logdir::ScanAnew() {
  LogdirChanges changes;
  root_.reset();
  Drop(std::string(kRootKey), changes);
  LogdirChanges found = Scan();
  changes.changed_runs = std::move(found.changed_runs);
  changes.has_other_files |= found.has_other_files;
  ForgetRefound(changes);
  return changes;
}

// What was dropped and found again has changed, and not gone.
void Logdir::ForgetRefound(LogdirChanges& changes) const {
  std::erase_if(changes.removed_runs, [&](const std::string& run) {
    const LogdirEntry* const directory = Find(run);
    return directory != nullptr && directory->is_run();
  });
}

void Logdir::Walk(Place place, bool whole, LogdirChanges& changes) {
  std::vector<Place> rest;
  rest.push_back(std::move(place));
  while (!rest.empty()) {
    const Place next = std::move(rest.back());
    rest.pop_back();
    Look(next, whole, changes, rest);
  }
}

void Logdir::Look(const Place& place, bool whole, LogdirChanges& changes,
                  std::vector<Place>& rest) {
  const std::string& key = place.key;
  const std::string path = PathOf(key);
  if (const auto known = nodes_.find(key); known != nodes_.end() && whole) {
    const Node& node = known->second;
    if (IsUnchanged(node, path)) {
      for (const std::string& name : node.children) {
        rest.push_back({ChildKey(key, name), place.link_count});
      }
      return;
    }
  }
  const auto directory = files_.OpenDirectory(path);
  const auto stat = directory ? (*directory)->GetStat() : Result<FileStat>(directory.error());
  if (!stat && stat.error().code == Code::kNotFound && key != kRootKey) {
    Drop(key, changes);
    return;
  }
  Node* const node = Enter(place, path, stat ? stat->device : 0);
  if (node == nullptr) return;
  if (stat) NoteStat(*node, *stat);
  const auto entries =
      stat ? (*directory)->List() : Result<std::vector<DirectoryEntry>>(stat.error());
  NoteListing(*node, key, entries ? Status() : Status(entries.error()));
  if (!entries) return;

  ForgetLoops(*node);
  Found found = Sort(key, *node, **directory, *entries);
  const bool has_new_files = found.entry.event_files != node->event_files;
  const bool is_run = found.entry.is_run();
  changes.has_other_files |= found.entry.other_files != node->other_files;
  static_cast<LogdirEntry&>(*node) = std::move(found.entry);
  if (has_new_files) (is_run ? changes.changed_runs : changes.removed_runs).push_back(key);
  if (has_new_files && is_run) observer_.OnRun(key, *node);

  std::vector<std::string> names;
  names.reserve(found.children.size());
  for (Found::Child& child : found.children) {
    std::string child_key = ChildKey(key, child.name);
    names.push_back(std::move(child.name));
    if (!whole && nodes_.contains(child_key)) continue;
    rest.push_back({std::move(child_key), place.link_count + (child.is_link ? 1 : 0)});
  }
  const std::vector<std::string> known = std::exchange(node->children, std::move(names));
  for (const std::string& name : known) {
    if (!std::binary_search(node->children.begin(), node->children.end(), name)) {
      Drop(ChildKey(key, name), changes);
    }
  }
}

bool Logdir::IsUnchanged(const Node& node, const std::string& path) const {
  if (!node.is_settled || !node.is_watched || node.has_links || node.is_unreadable) return false;
  const auto stat = files_.GetStat(path);
  return stat && *stat == *node.stat;
}

Logdir::Node* Logdir::Enter(const Place& place, const std::string& path, uint64_t device) {
  const auto [found, is_new] = nodes_.try_emplace(place.key);
  Node& node = found->second;
  const size_t was_many_linked = node.link_count > 1 ? 1 : 0;
  const size_t many_linked_count =
      many_linked_count_ - was_many_linked + (place.link_count > 1 ? 1 : 0);
  std::string_view limit;
  if (DepthOf(place.key) >= kMaxDepth) limit = "directories lie deeper than are walked";
  if (is_new && nodes_.size() > kMaxDirectories) limit = "more directories than are walked";
  if (place.link_count > kMaxLinks) limit = "a path with more links than are followed";
  if (many_linked_count > kMaxManyLinked) limit = "more directories behind links than are walked";
  if (!limit.empty() && is_new) {
    nodes_.erase(found);
    NoteLimit(ParentKey(place.key), limit);
    return nullptr;
  }
  node.link_count = place.link_count;
  many_linked_count_ = many_linked_count;
  if (is_new) node.is_watched = observer_.OnEnter(place.key, path, device);
  return &node;
}

void Logdir::NoteStat(Node& node, const FileStat& stat) {
  const Time now = clock_.Monotonic();
  if (node.stat != stat) {
    node.stat = stat;
    node.stat_since = now;
    node.is_settled = false;
  } else if (now - node.stat_since >= kSettleTime) {
    node.is_settled = true;
  }
}

Logdir::Found Logdir::Sort(const std::string& key, Node& node, const Directory& directory,
                           const std::vector<DirectoryEntry>& entries) {
  Found found;
  node.has_links = false;
  for (const DirectoryEntry& entry : entries) {
    node.has_links |= entry.is_symlink;
    if (entry.type == FileType::kDirectory) {
      if (entry.name == kWorkspaceName) continue;
      const auto target = entry.is_symlink ? directory.GetStat(entry.name) : FileStat();
      const bool is_upward =
          entry.is_symlink && target && !CanFollow(key, node, *target, entry.name);
      if (!is_upward) found.children.push_back({entry.name, entry.is_symlink});
    } else if (entry.type == FileType::kRegular && IsEventFileName(entry.name)) {
      AddEventFile(node, directory, entry, found);
    } else if (entry.type == FileType::kRegular) {
      if (const auto kind = KindOfOtherFile(key, entry.name)) {
        found.entry.other_files.push_back({ChildKey(key, entry.name), *kind});
      }
    }
  }
  std::sort(found.children.begin(), found.children.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  std::sort(found.entry.event_files.begin(), found.entry.event_files.end());
  std::sort(found.entry.other_files.begin(), found.entry.other_files.end(), IsBefore);
  return found;
}

void Logdir::AddEventFile(const Node& node, const Directory& directory, const DirectoryEntry& entry,
                          Found& found) const {
  found.entry.event_files.push_back(entry.name);
  found.entry.has_linked_files |= entry.is_symlink;
  if (std::binary_search(node.event_files.begin(), node.event_files.end(), entry.name)) return;
  const auto stat = directory.GetStat(entry.name);
  if (!stat) return;
  found.entry.newest_ns = std::max(found.entry.newest_ns, stat->modified_ns);
  found.entry.new_bytes += stat->size_bytes;
}

bool Logdir::CanFollow(const std::string& key, Node& node, const FileStat& target,
                       const std::string& name) {
  if (!IsLoop(key, target)) return true;
  const std::string child = ChildKey(key, name);
  stats_.Add(Stat::kDirectoryLoop, {child, 0, ""});
  node.loops.push_back(child);
  return false;
}

void Logdir::ForgetLoops(Node& node) {
  for (const std::string& link : node.loops) stats_.RemoveFile(link);
  node.loops.clear();
}

// Whether `target` is the directory `key` or one above it, up to the logdir.
bool Logdir::IsLoop(const std::string& key, const FileStat& target) const {
  for (std::string above = key;; above = ParentKey(above)) {
    const auto node = nodes_.find(above);
    if (node != nodes_.end() && node->second.stat && node->second.stat->device == target.device &&
        node->second.stat->inode == target.inode) {
      return true;
    }
    if (above == kRootKey) return false;
  }
}

void Logdir::Drop(const std::string& key, LogdirChanges& changes) {
  std::vector<std::string> rest{key};
  while (!rest.empty()) {
    const std::string next = std::move(rest.back());
    rest.pop_back();
    const auto found = nodes_.find(next);
    if (found == nodes_.end()) continue;
    Node& node = found->second;
    ForgetLoops(node);
    for (const std::string& name : node.children) rest.push_back(ChildKey(next, name));
    if (node.is_run()) changes.removed_runs.push_back(next);
    many_linked_count_ -= node.link_count > 1 ? 1 : 0;
    limited_.erase(next);
    changes.has_other_files |= !node.other_files.empty();
    nodes_.erase(found);
    stats_.RemoveFile(next);
    observer_.OnLeave(next);
  }
}

void Logdir::NoteLimit(const std::string& key, std::string_view what) {
  const auto [found, is_new] = limited_.try_emplace(key);
  found->second = look_;
  if (is_new) stats_.Add(Stat::kLimitReached, {key, 0, std::string(what)});
}

// Only a whole look says that nothing is left out any more.
void Logdir::ForgetOldLimits() {
  std::erase_if(limited_, [this](const auto& limit) {
    if (limit.second == look_) return false;
    stats_.Remove(Stat::kLimitReached, limit.first, 0);
    return true;
  });
}

void Logdir::NoteListing(Node& node, const std::string& key, const Status& status) {
  if (status) {
    if (node.is_unreadable) stats_.Remove(Stat::kDirectoryUnreadable, key, 0);
    node.is_unreadable = false;
    if (key == kRootKey) state_ = LogdirState::kOk;
    return;
  }
  if (status.error().code == Code::kNotFound) return;  // The logdir itself, which comes and goes.
  if (!node.is_unreadable) {
    stats_.Add(Stat::kDirectoryUnreadable, {key, 0, status.error().message});
  }
  node.is_unreadable = true;
  if (key == kRootKey) state_ = LogdirState::kUnreadable;
}

}  // namespace stepscope
