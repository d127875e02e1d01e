#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/errno_error.h"
#include "base/strings.h"

namespace stepscope {
namespace {

FileType TypeOf(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kRegular;
  if (S_ISDIR(mode)) return FileType::kDirectory;
  return FileType::kOther;
}

FileStat ToFileStat(const struct stat& stat) {
  const auto nanoseconds = [](const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {TypeOf(stat.st_mode),
          stat.st_dev,
          stat.st_ino,
          static_cast<uint64_t>(stat.st_size),
          nanoseconds(stat.st_mtim),
          nanoseconds(stat.st_ctim)};
}

class RealFile final : public RandomAccessFile {
 public:
  RealFile(int descriptor, const FileStat& stat, std::string path)
      : descriptor_(descriptor), stat_(stat), path_(std::move(path)) {}
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;
  ~RealFile() override { ::close(descriptor_); }

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const override {
    size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t count = ::pread(descriptor_, buffer.data() + filled, buffer.size() - filled,
                                    static_cast<off_t>(offset + filled));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoError("cannot read", path_);
      if (count == 0) break;
      filled += static_cast<size_t>(count);
    }
    return filled;
  }

  Result<FileStat> GetStat() const override { return stat_; }

 private:
  int descriptor_;
  FileStat stat_;
  std::string path_;
};

Result<std::unique_ptr<RandomAccessFile>> Adopt(int descriptor, std::string path) {
  if (descriptor < 0) return ErrnoError("cannot open", path);
  struct stat stat;
  const bool is_known = ::fstat(descriptor, &stat) == 0;
  if (is_known && S_ISREG(stat.st_mode)) {
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<RealFile>(descriptor, ToFileStat(stat), std::move(path)));
  }
  const Error error = is_known ? Error{Code::kFailedPrecondition, "not a regular file"}
                               : ErrnoError("cannot stat", path);
  ::close(descriptor);
  return error;
}

// O_NONBLOCK, because opening a FIFO would otherwise wait for its writer.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

// For kernels without openat2: no link is followed at all, which refuses more than it must but
// never lets a path out.
int OpenWithoutLinks(int directory, std::string_view relative) {
  int current = ::dup(directory);
  const auto parts = Split(relative, '/');
  for (size_t i = 0; i < parts.size() && current >= 0; ++i) {
    const std::string part(parts[i]);
    if (part.empty() || part == ".") continue;
    const bool is_last = i + 1 == parts.size();
    const int flags = kOpenFlags | O_NOFOLLOW | (is_last ? 0 : O_DIRECTORY);
    const int next = part == ".." ? (errno = EXDEV, -1) : ::openat(current, part.c_str(), flags);
    const int reason = errno;
    ::close(current);
    errno = reason;
    current = next;
  }
  return current;
}

// What getdents64 writes, one after another. (readdir would allocate 32 KiB for each directory, and
// ask for its status.)
struct RawEntry {
  uint64_t inode;
  int64_t next_offset;
  uint16_t size_bytes;
  uint8_t type;
  // The name follows and ends with a zero byte.
  static constexpr size_t kNameOffset = 19;
};

class RealDirectory final : public Directory {
 public:
  RealDirectory(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  RealDirectory(const RealDirectory&) = delete;
  RealDirectory& operator=(const RealDirectory&) = delete;
  ~RealDirectory() override { ::close(descriptor_); }

  Result<FileStat> GetStat() const override {
    struct stat stat;
    if (::fstat(descriptor_, &stat) != 0) return ErrnoError("cannot stat", path_);
    return ToFileStat(stat);
  }

  Result<std::vector<DirectoryEntry>> List() override {
    std::vector<DirectoryEntry> entries;
    alignas(RawEntry) char buffer[32 << 10];
    while (true) {
      const auto size = ::syscall(SYS_getdents64, descriptor_, buffer, sizeof(buffer));
      if (size < 0) return ErrnoError("cannot list", path_);
      if (size == 0) return entries;
      for (const char* at = buffer; at < buffer + size;) {
        RawEntry raw;
        std::memcpy(&raw, at, RawEntry::kNameOffset);
        Add(at + RawEntry::kNameOffset, raw.type, entries);
        at += raw.size_bytes;
      }
    }
  }

  Result<FileStat> GetStat(const std::string& name) const override {
    struct stat stat;
    if (::fstatat(descriptor_, name.c_str(), &stat, 0) != 0) {
      return ErrnoError("cannot stat", JoinPath(path_, name));
    }
    return ToFileStat(stat);
  }

 private:
  void Add(const char* name, uint8_t raw_type, std::vector<DirectoryEntry>& entries) const {
    if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) return;
    FileType type = FileType::kOther;
    bool is_symlink = raw_type == DT_LNK;
    if (raw_type == DT_REG) type = FileType::kRegular;
    if (raw_type == DT_DIR) type = FileType::kDirectory;
    if (raw_type == DT_LNK || raw_type == DT_UNKNOWN) {
      struct stat stat;
      if (::fstatat(descriptor_, name, &stat, 0) == 0) type = TypeOf(stat.st_mode);
      if (raw_type == DT_UNKNOWN) {
        is_symlink =
            ::fstatat(descriptor_, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(stat.st_mode);
      }
    }
    entries.push_back({name, type, is_symlink});
  }

  int descriptor_;
  std::string path_;
};

class RealFileSystemImpl final : public FileSystem {
 public:
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) const override {
    return Adopt(::open(path.c_str(), kOpenFlags), path);
  }

  Result<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override {
    const int descriptor = ::open(path.c_str(), kOpenFlags | O_DIRECTORY);
    if (descriptor < 0) return ErrnoError("cannot list", path);
    return std::unique_ptr<Directory>(std::make_unique<RealDirectory>(descriptor, path));
  }

  Result<FileStat> GetStat(const std::string& path) const override {
    struct stat stat;
    if (::stat(path.c_str(), &stat) != 0) return ErrnoError("cannot stat", path);
    return ToFileStat(stat);
  }

  bool HasLinks(const std::string& path) const override {
    std::error_code error;
    const std::filesystem::path plain = std::filesystem::absolute(path, error).lexically_normal();
    if (error) return true;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    // One that ends with a slash has an empty name after it.
    return error || (plain.has_filename() ? plain : plain.parent_path()) != real;
  }

  Result<std::unique_ptr<RandomAccessFile>> OpenBeneath(
      const std::string& directory, const std::string& relative) const override {
    if (relative.find('\0') != std::string::npos) {
      return Error{Code::kInvalidArgument, "a path holds a zero byte"};
    }
    const int root = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (root < 0) return ErrnoError("cannot open", directory);
    open_how how{};
    how.flags = kOpenFlags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    int descriptor =
        static_cast<int>(::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof(how)));
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM) && !relative.starts_with('/')) {
      descriptor = OpenWithoutLinks(root, relative);
    }
    const int reason = errno;
    ::close(root);
    errno = reason;
    return Adopt(descriptor, relative);
  }
};

}  // namespace

Result<size_t> FileCursor::Read(std::span<std::byte> buffer) {
  ASSIGN_OR_RETURN(const size_t count, file_.ReadAt(offset_, buffer));
  offset_ += count;
  return count;
}

Result<std::vector<DirectoryEntry>> FileSystem::List(const std::string& directory) const {
  ASSIGN_OR_RETURN(const auto open, OpenDirectory(directory));
  return open->List();
}

const FileSystem& RealFileSystem() {
  static const RealFileSystemImpl file_system;
  return file_system;
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (!path.ends_with('/')) path.push_back('/');
  return path.append(name);
}

}  // namespace stepscope
