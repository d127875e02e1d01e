#include "ingest/logdir.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stepscope {
namespace {

constexpr std::string_view kRootKey = ".";
constexpr std::string_view kWorkspaceName = ".stepscope";  // Ours.

std::optional<OtherFileKind> KindOfOtherFile(const std::string& key, std::string_view name) {
  if (name == "projector_config.pbtxt") return OtherFileKind::kProjectorConfig;
  if (name.ends_with(".pt.trace.json") || name.ends_with(".pt.trace.json.gz")) {
    return OtherFileKind::kTorchTrace;
  }
  if (name.starts_with("tfdbg_events.")) return OtherFileKind::kDebugger;
  const std::string session = "/" + Logdir::ParentKey(key);
  if (session.ends_with("/plugins/profile")) return OtherFileKind::kProfile;
  return std::nullopt;
}

int DepthOf(const std::string& key) {
  return static_cast<int>(std::count(key.begin(), key.end(), '/'));
}

}  // namespace

bool IsEventFileName(std::string_view name) { return name.find("tfevents") != name.npos; }
bool IsPlaceholderName(std::string_view name) { return name.ends_with(".profile-empty"); }

Logdir::Logdir(std::string path, const FileSystem& files, Stats& stats, DirectoryObserver& observer)
    : path_(std::move(path)), files_(files), stats_(stats), observer_(observer) {}

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

const Logdir::Directory* Logdir::Find(const std::string& key) const {
  const auto found = nodes_.find(key);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<OtherFile> Logdir::OtherFiles() const {
  std::vector<OtherFile> files;
  for (const auto& [key, node] : nodes_) {
    files.insert(files.end(), node.other_files.begin(), node.other_files.end());
  }
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
    Walk(root, /*whole=*/true, changes);
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
  for (const std::string& name : replaced) {
    auto& children = node->second.children;
    const auto child = std::lower_bound(children.begin(), children.end(), name);
    if (child == children.end() || *child != name) continue;
    children.erase(child);
    Drop(ChildKey(key, name), changes);
  }
  Walk(key, /*whole=*/false, changes);
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
    const Directory* const directory = Find(run);
    return directory != nullptr && directory->is_run();
  });
}

void Logdir::Walk(std::string key, bool whole, LogdirChanges& changes) {
  std::vector<std::string> rest;
  rest.push_back(std::move(key));
  while (!rest.empty()) {
    const std::string next = std::move(rest.back());
    rest.pop_back();
    std::vector<std::string> children = List(next, whole, changes);
    rest.insert(rest.end(), std::make_move_iterator(children.begin()),
                std::make_move_iterator(children.end()));
  }
}

std::vector<std::string> Logdir::List(const std::string& key, bool whole, LogdirChanges& changes) {
  const bool is_new = !nodes_.contains(key);
  if (is_new) observer_.OnEnter(key, PathOf(key));
  Node& node = nodes_[key];
  auto entries = files_.List(PathOf(key));
  if (!entries) {
    NoteListing(node, key, std::move(entries).error());
    return {};
  }
  NoteListing(node, key, {});
  ForgetLoops(node);
  node.identity.reset();

  Directory found;
  std::vector<std::string> children;
  for (const DirectoryEntry& entry : *entries) {
    if (entry.type == FileType::kDirectory) {
      if (entry.name == kWorkspaceName) continue;
      if (!entry.is_symlink || CanFollow(key, entry.name)) children.push_back(entry.name);
    } else if (entry.type == FileType::kRegular && IsEventFileName(entry.name)) {
      found.event_files.push_back(entry.name);
      found.has_linked_files |= entry.is_symlink;
    } else if (entry.type == FileType::kRegular) {
      if (const auto kind = KindOfOtherFile(key, entry.name)) {
        found.other_files.push_back({ChildKey(key, entry.name), *kind});
      }
    }
  }
  std::sort(children.begin(), children.end());
  std::sort(found.event_files.begin(), found.event_files.end());
  std::sort(found.other_files.begin(), found.other_files.end(),
            [](const OtherFile& a, const OtherFile& b) { return a.path < b.path; });

  if (found.event_files != node.event_files) {
    (found.is_run() ? changes.changed_runs : changes.removed_runs).push_back(key);
  }
  changes.has_other_files |= found.other_files != node.other_files;
  const std::vector<std::string> known = std::exchange(node.children, children);
  static_cast<Directory&>(node) = std::move(found);

  std::vector<std::string> to_walk;
  for (const std::string& name : known) {
    const bool is_gone = !std::binary_search(children.begin(), children.end(), name);
    if (is_gone) Drop(ChildKey(key, name), changes);
  }
  for (const std::string& name : children) {
    if (whole || !std::binary_search(known.begin(), known.end(), name)) {
      to_walk.push_back(ChildKey(key, name));
    }
  }
  const bool is_beyond_limit =
      !to_walk.empty() &&
      (DepthOf(key) + 1 >= kMaxDepth || nodes_.size() + to_walk.size() > kMaxDirectories);
  // Only a whole look says that nothing is left out any more.
  if (is_beyond_limit || whole) NoteLimit(node, key, is_beyond_limit);
  if (is_beyond_limit) return {};
  return to_walk;
}

bool Logdir::CanFollow(const std::string& key, const std::string& name) {
  const std::string child = ChildKey(key, name);
  const auto target = files_.GetStat(PathOf(child));
  if (!target || !IsLoop(key, *target)) return true;
  stats_.Add(Stat::kDirectoryLoop, {child, 0, ""});
  nodes_[key].loops.push_back(child);
  return false;
}

void Logdir::ForgetLoops(Node& node) {
  for (const std::string& link : node.loops) stats_.RemoveFile(link);
  node.loops.clear();
}

// Whether `target` is the directory `key` or one above it, up to the logdir.
bool Logdir::IsLoop(const std::string& key, const FileStat& target) {
  for (std::string above = key;; above = ParentKey(above)) {
    Node& node = nodes_[above];
    if (!node.identity) {
      const auto stat = files_.GetStat(PathOf(above));
      if (stat) node.identity = *stat;
    }
    if (node.identity && node.identity->device == target.device &&
        node.identity->inode == target.inode) {
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
    changes.has_other_files |= !node.other_files.empty();
    nodes_.erase(found);
    stats_.RemoveFile(next);
    observer_.OnLeave(next);
  }
}

void Logdir::NoteLimit(Node& node, const std::string& key, bool is_reached) {
  if (node.is_limit_counted == is_reached) return;
  node.is_limit_counted = is_reached;
  if (is_reached) {
    stats_.Add(Stat::kLimitReached, {key, 0, "more directories than are walked"});
  } else {
    stats_.Remove(Stat::kLimitReached, key, 0);
  }
}

void Logdir::NoteListing(Node& node, const std::string& key, const Status& status) {
  if (status) {
    if (node.is_unreadable) stats_.Remove(Stat::kDirectoryUnreadable, key, 0);
    node.is_unreadable = false;
    if (key == kRootKey) state_ = LogdirState::kOk;
    return;
  }
  // A directory that vanished is dropped when the one above it is listed.
  if (status.error().code == Code::kNotFound) return;
  if (!node.is_unreadable) {
    stats_.Add(Stat::kDirectoryUnreadable, {key, 0, status.error().message});
  }
  node.is_unreadable = true;
  if (key == kRootKey) state_ = LogdirState::kUnreadable;
}

}  // namespace stepscope
