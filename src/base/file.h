// The file system behind an interface, so that tests can script growth, damage and failure.
//
// Nothing here follows a path out of the logdir by itself: see OpenBeneath for names that come from
// a file's content or from a request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stepscope {

enum class FileType : uint8_t { kRegular, kDirectory, kOther };

// What tells one file from another and one version of it from the next.
struct FileStat {
  FileType type = FileType::kOther;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;  // Since the epoch.
  int64_t changed_ns = 0;   // The same, and of its name, owner and permissions too.

  bool operator==(const FileStat&) const = default;
};

struct DirectoryEntry {
  std::string name;
  FileType type = FileType::kOther;  // Of what a link leads to; kOther when it leads nowhere.
  bool is_symlink = false;
};

// An open file, read at any place. Thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  // Fills `buffer` from `offset` on and returns how many bytes there were; 0 at the end.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const = 0;
  virtual Result<FileStat> GetStat() const = 0;  // As it was opened, or newer.
};

// A stream of bytes that may still grow: Read returns 0 at the end for now.
class SequentialFile {
 public:
  virtual ~SequentialFile() = default;
  virtual Result<size_t> Read(std::span<std::byte> buffer) = 0;
};

// Reads a RandomAccessFile from an offset on.
class FileCursor final : public SequentialFile {
 public:
  FileCursor(const RandomAccessFile& file, uint64_t offset) : file_(file), offset_(offset) {}
  Result<size_t> Read(std::span<std::byte> buffer) override;

 private:
  const RandomAccessFile& file_;  // Must outlive the cursor.
  uint64_t offset_;
};

// An open directory, whose path was walked once for all that is asked of it. Belongs to one thread.
class Directory {
 public:
  virtual ~Directory() = default;
  virtual Result<FileStat> GetStat() const = 0;  // Of the directory.
  // Entries in no particular order, without "." and "..". Once.
  virtual Result<std::vector<DirectoryEntry>> List() = 0;
  // Of what lies in it, or of what a link in it leads to.
  virtual Result<FileStat> GetStat(const std::string& name) const = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) const = 0;
  virtual Result<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const = 0;
  Result<std::vector<DirectoryEntry>> List(const std::string& directory) const;
  virtual Result<FileStat> GetStat(const std::string& path) const = 0;  // Follows links.
  // Whether there is a link on the way to `path` or at its end, so that it may come to lead
  // elsewhere. True where nobody can tell.
  virtual bool HasLinks(const std::string& /*path*/) const { return true; }
  // Opens `relative` so that it cannot leave `directory` (no "..", no absolute path, no link that
  // leads out): PERMISSION_DENIED otherwise.
  virtual Result<std::unique_ptr<RandomAccessFile>> OpenBeneath(
      const std::string& directory, const std::string& relative) const = 0;
};

// The real one. Only regular files are opened (a FIFO would block). Thread-safe, lives for ever.
const FileSystem& RealFileSystem();

std::string JoinPath(std::string_view directory, std::string_view name);

}  // namespace stepscope
