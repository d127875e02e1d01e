#include "testing/memory_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace stepscope {
namespace {

constexpr int kMaxLinks = 40;  // As Linux has it.

Error ErrorAt(Code code, std::string_view what, std::string_view path) {
  return {code, std::string(what) + " " + std::string(path)};
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class MemoryFileSystem::OpenFile final : public RandomAccessFile {
 public:
  OpenFile(const MemoryFileSystem& files, std::shared_ptr<Node> node)
      : files_(files), node_(std::move(node)) {
    ++files_.open_count_;  // The caller holds the lock.
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() override {
    const std::lock_guard lock(files_.mutex_);
    --files_.open_count_;
  }

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const override {
    const std::lock_guard lock(files_.mutex_);
    if (node_->error) return Error{*node_->error, "cannot read"};
    if (offset >= node_->bytes.size()) return size_t{0};
    const size_t count = std::min<uint64_t>(buffer.size(), node_->bytes.size() - offset);
    std::memcpy(buffer.data(), node_->bytes.data() + offset, count);
    files_.bytes_returned_ += count;
    return count;
  }

  Result<FileStat> GetStat() const override {
    const std::lock_guard lock(files_.mutex_);
    return files_.StatOf(*node_);
  }

 private:
  const MemoryFileSystem& files_;
  std::shared_ptr<Node> node_;
};

class MemoryFileSystem::OpenDirectoryOf final : public Directory {
 public:
  OpenDirectoryOf(const MemoryFileSystem& files, std::string path, std::shared_ptr<Node> node)
      : files_(files), path_(std::move(path)), node_(std::move(node)) {
    ++files_.open_count_;  // The caller holds the lock.
  }
  OpenDirectoryOf(const OpenDirectoryOf&) = delete;
  OpenDirectoryOf& operator=(const OpenDirectoryOf&) = delete;
  ~OpenDirectoryOf() override {
    const std::lock_guard lock(files_.mutex_);
    --files_.open_count_;
  }

  Result<FileStat> GetStat() const override {
    const std::lock_guard lock(files_.mutex_);
    return files_.StatOf(*node_);
  }
  Result<std::vector<DirectoryEntry>> List() override {
    const std::lock_guard lock(files_.mutex_);
    return files_.ListNode(path_);
  }
  Result<FileStat> GetStat(const std::string& name) const override {
    return files_.GetStat(path_ + "/" + name);
  }

 private:
  const MemoryFileSystem& files_;
  const std::string path_;  // Without links.
  std::shared_ptr<Node> node_;
};

int64_t MemoryFileSystem::NowNs() const { return static_cast<int64_t>(clock_.WallSeconds() * 1e9); }

std::optional<std::string> MemoryFileSystem::Resolve(const std::string& path) const {
  std::string resolved;
  std::vector<std::string> rest;  // Names that are still to walk, the next one last.
  const auto push = [&](const std::string& names) {
    const auto parts = Split(names, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) rest.emplace_back(*part);
  };
  push(path);
  bool is_first = true;
  int links = 0;
  while (!rest.empty()) {
    const std::string name = std::move(rest.back());
    rest.pop_back();
    resolved = is_first ? name : resolved + "/" + name;
    is_first = false;
    const auto node = nodes_.find(resolved);
    if (node == nodes_.end() || node->second->link_target.empty()) continue;
    if (++links > kMaxLinks) return std::nullopt;
    push(node->second->link_target);
    resolved.clear();
    is_first = true;
  }
  return resolved;
}

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::FindNode(const std::string& path) const {
  const auto resolved = Resolve(path);
  if (!resolved) return nullptr;
  const auto found = nodes_.find(*resolved);
  return found == nodes_.end() ? nullptr : found->second;
}

MemoryFileSystem::Node& MemoryFileSystem::Make(const std::string& path, FileType type) {
  const std::string parent = ParentOf(path);
  if (!parent.empty() && !nodes_.contains(parent)) Make(parent, FileType::kDirectory);
  auto node = std::make_shared<Node>();
  node->type = type;
  node->inode = ++last_inode_;
  NoteModified(*node);
  NoteListingModified(path);
  return *(nodes_[path] = std::move(node));
}

void MemoryFileSystem::NoteModified(Node& node) const {
  node.modified_ns = node.changed_ns = NowNs();
}

void MemoryFileSystem::NoteListingModified(const std::string& path) {
  const auto parent = nodes_.find(ParentOf(path));
  if (parent != nodes_.end()) NoteModified(*parent->second);
}

FileStat MemoryFileSystem::StatOf(const Node& node) const {
  return {node.type, 1, node.inode, node.bytes.size(), node.modified_ns, node.changed_ns};
}

void MemoryFileSystem::Write(const std::string& path, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  Make(path, FileType::kRegular).bytes = bytes;
}

void MemoryFileSystem::Append(const std::string& path, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = FindNode(path);
  Node& node = found ? *found : Make(path, FileType::kRegular);
  node.bytes.append(bytes);
  NoteModified(node);
}

void MemoryFileSystem::Truncate(const std::string& path, uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  const auto node = FindNode(path);
  CHECK(node != nullptr);
  node->bytes.resize(size_bytes);
  NoteModified(*node);
}

void MemoryFileSystem::Overwrite(const std::string& path, uint64_t offset, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const auto node = FindNode(path);
  CHECK(node != nullptr && offset + bytes.size() <= node->bytes.size());
  node->bytes.replace(offset, bytes.size(), bytes);
  NoteModified(*node);
}

void MemoryFileSystem::MakeDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!nodes_.contains(path)) Make(path, FileType::kDirectory);
}

void MemoryFileSystem::MakeFifo(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Make(path, FileType::kOther);
}

void MemoryFileSystem::Link(const std::string& path, const std::string& target) {
  const std::lock_guard lock(mutex_);
  Make(path, FileType::kOther).link_target = target;
}

void MemoryFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  NoteListingModified(path);
  const std::string beneath = path + "/";
  std::erase_if(nodes_, [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(beneath);
  });
}

void MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const std::string parent = ParentOf(to);
  if (!parent.empty() && !nodes_.contains(parent)) Make(parent, FileType::kDirectory);
  std::map<std::string, std::shared_ptr<Node>> moved;
  const std::string beneath = from + "/";
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    if (node->first != from && !node->first.starts_with(beneath)) {
      ++node;
      continue;
    }
    moved[to + node->first.substr(from.size())] = std::move(node->second);
    node = nodes_.erase(node);
  }
  for (auto& [path, node] : moved) nodes_[path] = std::move(node);
  NoteListingModified(from);
  NoteListingModified(to);
}

void MemoryFileSystem::SetError(const std::string& path, std::optional<Code> code) {
  const std::lock_guard lock(mutex_);
  const auto node = FindNode(path);
  CHECK(node != nullptr);
  node->error = code;
  node->changed_ns = NowNs();
}

size_t MemoryFileSystem::open_count() const {
  const std::lock_guard lock(mutex_);
  return open_count_;
}

size_t MemoryFileSystem::listed_count() const {
  const std::lock_guard lock(mutex_);
  return listed_count_;
}

uint64_t MemoryFileSystem::bytes_returned() const {
  const std::lock_guard lock(mutex_);
  return bytes_returned_;
}

Result<std::unique_ptr<RandomAccessFile>> MemoryFileSystem::Open(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  auto node = FindNode(path);
  if (node == nullptr) return ErrorAt(Code::kNotFound, "cannot open", path);
  if (node->error) return ErrorAt(*node->error, "cannot open", path);
  if (node->type != FileType::kRegular) {
    return ErrorAt(Code::kFailedPrecondition, "not a regular file:", path);
  }
  return std::unique_ptr<RandomAccessFile>(std::make_unique<OpenFile>(*this, std::move(node)));
}

Result<std::unique_ptr<Directory>> MemoryFileSystem::OpenDirectory(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto resolved = Resolve(path);
  auto node = resolved ? FindNode(*resolved) : nullptr;
  if (node == nullptr || node->type != FileType::kDirectory) {
    return ErrorAt(Code::kNotFound, "cannot list", path);
  }
  if (node->error) return ErrorAt(*node->error, "cannot list", path);
  return std::unique_ptr<Directory>(
      std::make_unique<OpenDirectoryOf>(*this, *resolved, std::move(node)));
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::ListNode(const std::string& resolved) const {
  ++listed_count_;
  std::vector<DirectoryEntry> entries;
  const std::string beneath = resolved + "/";
  for (auto it = nodes_.lower_bound(beneath); it != nodes_.end(); ++it) {
    if (!it->first.starts_with(beneath)) break;
    const std::string name = it->first.substr(beneath.size());
    if (name.find('/') != std::string::npos) continue;
    const bool is_symlink = !it->second->link_target.empty();
    const auto target = is_symlink ? FindNode(it->first) : it->second;
    entries.push_back({name, target ? target->type : FileType::kOther, is_symlink});
  }
  return entries;
}

Result<FileStat> MemoryFileSystem::GetStat(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto node = FindNode(path);
  if (node == nullptr) return ErrorAt(Code::kNotFound, "cannot stat", path);
  return StatOf(*node);
}

Result<std::unique_ptr<RandomAccessFile>> MemoryFileSystem::OpenBeneath(
    const std::string& directory, const std::string& relative) const {
  const std::string path = JoinPath(directory, relative);
  const auto names = Split(relative, '/');
  const bool leaves =
      relative.starts_with('/') || std::find(names.begin(), names.end(), "..") != names.end();
  if (!leaves) {
    const std::lock_guard lock(mutex_);
    const auto root = Resolve(directory);
    const auto resolved = Resolve(path);
    if (!root || !resolved || !resolved->starts_with(*root + "/")) {
      return ErrorAt(Code::kPermissionDenied, "leaves its directory:", relative);
    }
  } else {
    return ErrorAt(Code::kPermissionDenied, "leaves its directory:", relative);
  }
  return Open(path);
}

}  // namespace stepscope
