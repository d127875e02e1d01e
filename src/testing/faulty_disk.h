// The real disk, until the test says which of its operations goes wrong, and how.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"

namespace stepscope {

// Thread-safe. Must outlive its files.
class FaultyDisk final : public Disk {
 public:
  // Counts what changes the disk: making, writing, syncing, renaming, deleting, touching.
  uint64_t change_count() const;

  // The change of this number (the first is 0) fails with `code`. A write that fails has written
  // half of its bytes, as on a disk that fills up.
  void FailChange(uint64_t number, Code code);
  // So do all that come after: the disk stays full, or the process was killed there.
  void FailFrom(uint64_t number, Code code);
  void SetFreeBytes(std::optional<uint64_t> bytes);
  // UNAVAILABLE: another process holds it; UNIMPLEMENTED: this file system has none.
  void SetLockError(std::optional<Code> code);
  void SetListError(std::optional<Code> code);  // Of every directory.

  Status MakeDirectories(const std::string& path) const override;
  Result<std::unique_ptr<OutputFile>> CreateNew(const std::string& path) const override;
  Status Rename(const std::string& from, const std::string& to) const override;
  Status Remove(const std::string& file) const override;
  Status RemoveDirectory(const std::string& path) const override;
  Result<std::vector<DiskEntry>> List(const std::string& directory) const override;
  Result<DiskEntry> GetEntry(const std::string& path) const override;
  Result<SharedBytes> Map(const std::string& file, uint64_t max_bytes) const override;
  Result<std::unique_ptr<FileLock>> TryLock(const std::string& file) const override;
  Status Touch(const std::string& file) const override;
  Result<uint64_t> FreeBytes(const std::string& path) const override;
  Result<std::string> CanonicalPath(const std::string& path) const override;

 private:
  class File;

  Status Change() const;  // Counts one more, which may be the one that fails.

  const Disk& disk_ = RealDisk();
  mutable std::mutex mutex_;
  mutable uint64_t change_count_ = 0;
  uint64_t first_failure_ = UINT64_MAX;
  bool fails_once_ = false;
  Code code_ = Code::kUnknown;
  std::optional<uint64_t> free_bytes_;
  std::optional<Code> lock_error_;
  std::optional<Code> list_error_;
};

}  // namespace stepscope
