#include "base/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <cerrno>
#include <cstdlib>
#include <new>
#include <utility>

#include "base/errno_error.h"

namespace stepscope {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

FileType TypeOf(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kRegular;
  if (S_ISDIR(mode)) return FileType::kDirectory;
  return FileType::kOther;
}

DiskEntry ToEntry(std::string name, const struct stat& stat) {
#ifdef __APPLE__
  const timespec& modified = stat.st_mtimespec;
#else
  const timespec& modified = stat.st_mtim;
#endif
  return {std::move(name),
          {TypeOf(stat.st_mode), static_cast<uint64_t>(stat.st_dev),
           static_cast<uint64_t>(stat.st_ino), static_cast<uint64_t>(stat.st_size),
           int64_t{modified.tv_sec} * 1'000'000'000 + modified.tv_nsec},
          stat.st_uid == ::geteuid()};
}

// Whether a mapped page can always be had once the file is open: not over a network, nor from a
// program in user space. What is not known is read.
bool IsOnLocalFileSystem([[maybe_unused]] int descriptor) {
#ifdef __linux__
  struct statfs stat;
  if (::fstatfs(descriptor, &stat) != 0) return false;
  switch (static_cast<uint32_t>(stat.f_type)) {
    case 0x0000ef53:  // ext2, ext3, ext4
    case 0x58465342:  // XFS
    case 0x9123683e:  // Btrfs
    case 0xf2f52010:  // F2FS
    case 0x2fc12fc1:  // ZFS
    case 0xca451a4e:  // bcachefs
    case 0x01021994:  // tmpfs
    case 0x794c7630:  // overlayfs, as in containers
      return true;
    default:
      return false;
  }
#else
  return false;
#endif
}

class RealOutputFile final : public OutputFile {
 public:
  RealOutputFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Status Append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoError("cannot write", path_);
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return {};
  }

  Status Sync() override {
    if (::fsync(descriptor_.get()) != 0) return ErrnoError("cannot sync", path_);
    return {};
  }

 private:
  const Descriptor descriptor_;
  const std::string path_;
};

class RealLock final : public FileLock {
 public:
  explicit RealLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  const Descriptor descriptor_;  // Closing it lets go of the lock.
};

Result<SharedBytes> MapDescriptor(int descriptor, size_t size_bytes, const std::string& path) {
  void* const at = ::mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (at == MAP_FAILED) return ErrnoError("cannot map", path);
  std::shared_ptr<const void> owner(
      at, [size_bytes](const void* map) { ::munmap(const_cast<void*>(map), size_bytes); });
  return SharedBytes{{static_cast<const std::byte*>(at), size_bytes}, std::move(owner)};
}

Result<SharedBytes> ReadDescriptor(int descriptor, size_t size_bytes, const std::string& path) {
  constexpr std::align_val_t kAlignment{64};
  auto* const at = static_cast<std::byte*>(::operator new(size_bytes, kAlignment, std::nothrow));
  if (at == nullptr) return ErrnoError("cannot read", path, ENOMEM);
  std::shared_ptr<const void> owner(at, [](const void* memory) {
    ::operator delete(const_cast<void*>(memory), std::align_val_t{64});
  });
  size_t filled = 0;
  while (filled < size_bytes) {
    const ssize_t count =
        ::pread(descriptor, at + filled, size_bytes - filled, static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError("cannot read", path);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  return SharedBytes{{at, filled}, std::move(owner)};
}

class RealDiskImpl final : public Disk {
 public:
  explicit RealDiskImpl(bool may_map) : may_map_(may_map) {}

  Status MakeDirectories(const std::string& path) const override {
    if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
    const int reason = errno;
    struct stat stat;
    if (::lstat(path.c_str(), &stat) == 0) {
      if (S_ISDIR(stat.st_mode)) return {};
      // A link may well stand for ~/.cache; only what it leads to counts.
      if (::stat(path.c_str(), &stat) == 0 && S_ISDIR(stat.st_mode)) return {};
      return ErrnoError("cannot make directory", path, EEXIST);
    }
    const size_t slash = path.find_last_of('/');
    if (reason != ENOENT || slash == std::string::npos || slash == 0) {
      return ErrnoError("cannot make directory", path, reason);
    }
    RETURN_IF_ERROR(MakeDirectories(path.substr(0, slash)));
    if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
      return ErrnoError("cannot make directory", path);
    }
    return {};
  }

  Result<std::unique_ptr<OutputFile>> CreateNew(const std::string& path) const override {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor descriptor(::open(path.c_str(), kFlags, kFileMode));
    if (!descriptor.is_open()) return ErrnoError("cannot create", path);
    return std::unique_ptr<OutputFile>(
        std::make_unique<RealOutputFile>(std::move(descriptor), path));
  }

  Status Rename(const std::string& from, const std::string& to) const override {
    if (::rename(from.c_str(), to.c_str()) != 0) return ErrnoError("cannot rename", from);
    return {};
  }

  Status Remove(const std::string& file) const override {
    if (::unlink(file.c_str()) != 0) return ErrnoError("cannot delete", file);
    return {};
  }

  Status RemoveDirectory(const std::string& path) const override {
    if (::rmdir(path.c_str()) != 0) return ErrnoError("cannot delete directory", path);
    return {};
  }

  Result<std::vector<DiskEntry>> List(const std::string& directory) const override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (stream == nullptr) return ErrnoError("cannot list", directory);
    std::vector<DiskEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      struct stat stat;
      if (name != "." && name != ".." &&
          ::fstatat(::dirfd(stream.get()), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0) {
        entries.push_back(ToEntry(std::string(name), stat));
      }
      errno = 0;
    }
    if (errno != 0) return ErrnoError("cannot list", directory);
    return entries;
  }

  Result<DiskEntry> GetEntry(const std::string& path) const override {
    struct stat stat;
    if (::lstat(path.c_str(), &stat) != 0) return ErrnoError("cannot stat", path);
    return ToEntry(path.substr(path.find_last_of('/') + 1), stat);
  }

  Result<SharedBytes> Map(const std::string& file, uint64_t max_bytes) const override {
    // O_NONBLOCK, because opening a FIFO would otherwise wait for its writer.
    const Descriptor descriptor(
        ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat stat;
    if (!descriptor.is_open()) return ErrnoError("cannot open", file);
    if (::fstat(descriptor.get(), &stat) != 0) return ErrnoError("cannot stat", file);
    if (!S_ISREG(stat.st_mode)) {
      return Error{Code::kFailedPrecondition, "not a regular file: " + file};
    }
    const auto size_bytes = static_cast<uint64_t>(stat.st_size);
    if (size_bytes > max_bytes) {
      return Error{Code::kResourceExhausted, "too long to be mapped: " + file};
    }
    if (size_bytes == 0) return SharedBytes{};  // Which mmap refuses.
    if (may_map_ && IsOnLocalFileSystem(descriptor.get())) {
      return MapDescriptor(descriptor.get(), size_bytes, file);
    }
    return ReadDescriptor(descriptor.get(), size_bytes, file);
  }

  Result<std::unique_ptr<FileLock>> TryLock(const std::string& file) const override {
    constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    Descriptor descriptor(::open(file.c_str(), kFlags, kFileMode));
    if (!descriptor.is_open()) return ErrnoError("cannot open", file);
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) {
        return Error{Code::kUnimplemented, "no locks for " + file};
      }
      if (errno != EWOULDBLOCK) return ErrnoError("cannot lock", file);
      return Error{Code::kUnavailable, "another process holds " + file};
    }
    // Whoever held it before may have deleted the file: then others lock a new one.
    struct stat ours;
    struct stat named;
    if (::fstat(descriptor.get(), &ours) != 0 || ::lstat(file.c_str(), &named) != 0 ||
        ours.st_ino != named.st_ino || ours.st_dev != named.st_dev) {
      return Error{Code::kUnavailable, "another process deleted " + file};
    }
    return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(descriptor)));
  }

  Status Touch(const std::string& file) const override {
    const timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    if (::utimensat(AT_FDCWD, file.c_str(), now, AT_SYMLINK_NOFOLLOW) != 0) {
      return ErrnoError("cannot touch", file);
    }
    return {};
  }

  Result<uint64_t> FreeBytes(const std::string& path) const override {
    struct statvfs stat;
    if (::statvfs(path.c_str(), &stat) != 0) return ErrnoError("cannot stat", path);
    return uint64_t{stat.f_bavail} * stat.f_frsize;
  }

  Result<std::string> CanonicalPath(const std::string& path) const override {
    const std::unique_ptr<char, void (*)(void*)> canonical(::realpath(path.c_str(), nullptr),
                                                           ::free);
    if (canonical == nullptr) return ErrnoError("cannot find", path);
    return std::string(canonical.get());
  }

 private:
  const bool may_map_;
};

}  // namespace

const Disk& RealDisk() {
  static const RealDiskImpl disk(/*may_map=*/true);
  return disk;
}

const Disk& RealDiskWithoutMaps() {
  static const RealDiskImpl disk(/*may_map=*/false);
  return disk;
}

}  // namespace stepscope
