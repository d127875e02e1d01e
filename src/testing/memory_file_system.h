// A file system in memory whose files grow, are replaced, vanish and fail as a test says.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"

namespace stepscope {

// Paths are absolute or relative, as the test likes, with '/' between names; directories exist as
// soon as something lies beneath them. Thread-safe. An open file keeps its bytes as they were when
// its name is taken away or given to another, and sees them grow otherwise.
class MemoryFileSystem final : public FileSystem {
 public:
  // Modification times are the clock's, which must outlive this.
  explicit MemoryFileSystem(const Clock& clock) : clock_(clock) {}

  // Makes the file, or gives the path a new one with another inode.
  void Write(const std::string& path, std::string_view bytes);
  void Append(const std::string& path, std::string_view bytes);
  // Both keep the inode.
  void Truncate(const std::string& path, uint64_t size_bytes);
  void Overwrite(const std::string& path, uint64_t offset, std::string_view bytes);
  void MakeDirectory(const std::string& path);
  void MakeFifo(const std::string& path);
  // A symbolic link at `path`; `target` is a path as the functions here take it.
  void Link(const std::string& path, const std::string& target);
  void Remove(const std::string& path);  // With everything beneath.
  void Rename(const std::string& from, const std::string& to);
  // Opening, reading and listing this path fails from now on; nothing heals it.
  void SetError(const std::string& path, std::optional<Code> code);

  size_t open_count() const;        // Files that are open now.
  uint64_t bytes_returned() const;  // Of all ReadAt calls so far.
  size_t listed_count() const;      // Directories that were listed so far.

  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) const override;
  Result<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override;
  Result<FileStat> GetStat(const std::string& path) const override;
  Result<std::unique_ptr<RandomAccessFile>> OpenBeneath(const std::string& directory,
                                                        const std::string& relative) const override;

 private:
  struct Node {
    FileType type = FileType::kRegular;
    uint64_t inode = 0;
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;
    std::string bytes;
    std::string link_target;
    std::optional<Code> error;
  };
  class OpenFile;
  class OpenDirectoryOf;

  Node& Make(const std::string& path, FileType type);
  void NoteModified(Node& node) const;
  void NoteListingModified(const std::string& path);  // In the directory that holds it.
  FileStat StatOf(const Node& node) const;
  Result<std::vector<DirectoryEntry>> ListNode(const std::string& resolved) const;
  std::shared_ptr<Node> FindNode(const std::string& path) const;  // Follows links.
  std::optional<std::string> Resolve(const std::string& path) const;
  int64_t NowNs() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;  // By path without links in its parents.
  uint64_t last_inode_ = 0;
  mutable size_t open_count_ = 0;
  mutable uint64_t bytes_returned_ = 0;
  mutable size_t listed_count_ = 0;
};

}  // namespace stepscope
