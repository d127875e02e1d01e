// Files that only grow, behind an interface, so that tests can script full disks and short writes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stepscope {

// An open file, written at its end. Belongs to one thread at a time.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // Appends the first of `bytes` and returns how many they were: at least one, unless there were
  // none. As with write(2), fewer than asked for is not an error.
  virtual Result<size_t> Append(std::string_view bytes) = 0;
  // NOT_FOUND once the file was deleted: the system goes on taking bytes that nobody can ever read.
  virtual Status CheckNotDeleted() const = 0;
  // Must be the last call. Some file systems say only here that a write failed.
  virtual Status Close() = 0;
};

class AppendFileSystem {
 public:
  virtual ~AppendFileSystem() = default;
  // Makes the directory and those above it; fine when it exists.
  virtual Status MakeDirectories(const std::string& directory) const = 0;
  // ALREADY_EXISTS when there is anything of that name, whoever made it.
  virtual Result<std::unique_ptr<AppendFile>> CreateNew(const std::string& path) const = 0;
};

// The real one. Thread-safe, lives for ever.
const AppendFileSystem& RealAppendFileSystem();

}  // namespace stepscope
