// A disk for the logger's tests: it holds one file, and fills up, stalls and fails as told.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>

#include "logger/append_file.h"

namespace stepscope {

// Thread-safe, so that a test can change the script while a writer runs. Must outlive its file.
class MemoryAppendFileSystem final : public AppendFileSystem {
 public:
  void SetTakenNames(int count);            // So many names are taken already.
  void SetMaxBytesPerAppend(size_t bytes);  // More of them are a short write.
  void SetRoomBytes(uint64_t bytes);        // Behind these the disk is full.
  void SetDeleted();                        // Somebody deletes the file.
  void SetCloseFails();                     // Only closing says that a write failed.
  void Block();                             // Appends wait until Unblock().
  void Unblock();
  void WaitForBlockedAppend() const;
  std::string content() const;
  int names_tried() const;

  Status MakeDirectories(const std::string& directory) const override;
  Result<std::unique_ptr<AppendFile>> CreateNew(const std::string& path) const override;

 private:
  class File;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::string content_;
  mutable int names_tried_ = 0;
  mutable bool has_blocked_append_ = false;
  int taken_names_ = 0;
  size_t max_bytes_per_append_ = std::numeric_limits<size_t>::max();
  uint64_t room_bytes_ = std::numeric_limits<uint64_t>::max();
  bool is_deleted_ = false;
  bool close_fails_ = false;
  bool is_blocked_ = false;
};

}  // namespace stepscope
