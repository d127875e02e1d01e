#include "logger/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/errno_error.h"

namespace stepscope {
namespace {

class RealAppendFile final : public AppendFile {
 public:
  RealAppendFile(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  RealAppendFile(const RealAppendFile&) = delete;
  RealAppendFile& operator=(const RealAppendFile&) = delete;
  ~RealAppendFile() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Result<size_t> Append(std::string_view bytes) override {
    while (true) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) return ErrnoError("cannot write", path_);
    }
  }

  Status CheckNotDeleted() const override {
    struct stat stat;
    if (::fstat(descriptor_, &stat) != 0) return ErrnoError("cannot stat", path_);
    if (stat.st_nlink == 0) {
      return Error{Code::kNotFound, "the event file was deleted while it was written: " + path_};
    }
    return {};
  }

  Status Close() override {
    // Linux frees the descriptor whatever close says, so it is never tried twice.
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) {
      return ErrnoError("cannot close", path_);
    }
    return {};
  }

 private:
  int descriptor_;
  const std::string path_;
};

class RealAppendFileSystemImpl final : public AppendFileSystem {
 public:
  Status MakeDirectories(const std::string& directory) const override {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return ErrnoError("cannot make directory", directory, error.value());
    return {};
  }

  Result<std::unique_ptr<AppendFile>> CreateNew(const std::string& path) const override {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
    const int descriptor = ::open(path.c_str(), kFlags, 0666);
    if (descriptor < 0) return ErrnoError("cannot create", path);
    return std::unique_ptr<AppendFile>(std::make_unique<RealAppendFile>(descriptor, path));
  }
};

}  // namespace

const AppendFileSystem& RealAppendFileSystem() {
  static const RealAppendFileSystemImpl file_system;
  return file_system;
}

}  // namespace stepscope
