// The writing half of the file system, for what is ours and may be lost: a cache. Behind an
// interface, so that tests can script full disks, failures and locks. Event files are read through
// base/file.h and never written here.
//
// Everything made here is for its owner alone: files 0600, directories 0700.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace stepscope {

// A file that is being written. Belongs to one thread at a time; destroying it closes it.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual Status Append(std::span<const std::byte> bytes) = 0;  // All of them, or an error.
  // Waits until the device has everything: some file systems say only here that it did not fit.
  virtual Status Sync() = 0;
};

// Held for as long as it lives; the system lets go of it when the process ends, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// A file's bytes, which stay readable for as long as somebody holds `owner`, also after the file is
// unlinked. Aligned to 64 bytes or more.
struct SharedBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

// A name in a directory and what it stands for: a link for itself (kOther), not its target.
struct DiskEntry {
  std::string name;
  FileStat stat;
  bool is_ours = false;  // Owned by the user who runs us.
};

// Thread-safe. No call follows a link in the last part of its path.
class Disk {
 public:
  virtual ~Disk() = default;

  // Makes the directory and those above it; fine when it exists.
  virtual Status MakeDirectories(const std::string& path) const = 0;
  // ALREADY_EXISTS when there is anything of that name.
  virtual Result<std::unique_ptr<OutputFile>> CreateNew(const std::string& path) const = 0;
  virtual Status Rename(const std::string& from, const std::string& to) const = 0;
  virtual Status Remove(const std::string& file) const = 0;
  virtual Status RemoveDirectory(const std::string& path) const = 0;  // Only an empty one.

  // Entries in no particular order; those that vanish meanwhile are left out.
  virtual Result<std::vector<DiskEntry>> List(const std::string& directory) const = 0;
  virtual Result<DiskEntry> GetEntry(const std::string& path) const = 0;
  // The whole file; RESOURCE_EXHAUSTED when it is longer than `max_bytes`. On local file systems it
  // is mapped and costs nothing until it is read. Elsewhere it is read into memory: a page of a
  // mapped file that another machine deleted, or that the network cannot bring, would end us.
  virtual Result<SharedBytes> Map(const std::string& file, uint64_t max_bytes) const = 0;
  // Never waits: UNAVAILABLE while anybody holds the lock, UNIMPLEMENTED where the file system has
  // none. Makes the file when it is missing.
  virtual Result<std::unique_ptr<FileLock>> TryLock(const std::string& file) const = 0;

  virtual Status Touch(const std::string& file) const = 0;  // Modified now.
  virtual Result<uint64_t> FreeBytes(const std::string& path) const = 0;
  // Without links, "." and ".."; NOT_FOUND when nothing is there.
  virtual Result<std::string> CanonicalPath(const std::string& path) const = 0;
};

// The real one. Lives for ever.
const Disk& RealDisk();
// The same, but Map() always reads, as on a network's file system.
const Disk& RealDiskWithoutMaps();

}  // namespace stepscope
