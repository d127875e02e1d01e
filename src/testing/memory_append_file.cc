#include "testing/memory_append_file.h"

#include <algorithm>
#include <string_view>

namespace stepscope {

class MemoryAppendFileSystem::File final : public AppendFile {
 public:
  explicit File(const MemoryAppendFileSystem& disk) : disk_(disk) {}

  Result<size_t> Append(std::string_view bytes) override {
    std::unique_lock lock(disk_.mutex_);
    disk_.has_blocked_append_ = disk_.is_blocked_;
    disk_.changed_.notify_all();
    disk_.changed_.wait(lock, [this] { return !disk_.is_blocked_; });
    disk_.has_blocked_append_ = false;
    const uint64_t room = disk_.room_bytes_ - std::min<uint64_t>(disk_.room_bytes_, size());
    const uint64_t count = std::min<uint64_t>({bytes.size(), disk_.max_bytes_per_append_, room});
    if (count == 0 && !bytes.empty()) {
      return Error{Code::kResourceExhausted, "cannot write: No space left on device"};
    }
    disk_.content_ += bytes.substr(0, count);
    return static_cast<size_t>(count);
  }

  Status CheckNotDeleted() const override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.is_deleted_) return Error{Code::kNotFound, "the event file was deleted"};
    return {};
  }

  Status Close() override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.close_fails_) return Error{Code::kUnknown, "cannot close: Input/output error"};
    return {};
  }

 private:
  uint64_t size() const { return disk_.content_.size(); }

  const MemoryAppendFileSystem& disk_;
};

void MemoryAppendFileSystem::SetTakenNames(int count) {
  const std::lock_guard lock(mutex_);
  taken_names_ = count;
  names_tried_ = 0;
}

void MemoryAppendFileSystem::SetMaxBytesPerAppend(size_t bytes) {
  const std::lock_guard lock(mutex_);
  max_bytes_per_append_ = bytes;
}

void MemoryAppendFileSystem::SetRoomBytes(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  room_bytes_ = bytes;
}

void MemoryAppendFileSystem::SetDeleted() {
  const std::lock_guard lock(mutex_);
  is_deleted_ = true;
}

void MemoryAppendFileSystem::SetCloseFails() {
  const std::lock_guard lock(mutex_);
  close_fails_ = true;
}

void MemoryAppendFileSystem::Block() {
  const std::lock_guard lock(mutex_);
  is_blocked_ = true;
}

void MemoryAppendFileSystem::Unblock() {
  const std::lock_guard lock(mutex_);
  is_blocked_ = false;
  changed_.notify_all();
}

void MemoryAppendFileSystem::WaitForBlockedAppend() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return has_blocked_append_; });
}

std::string MemoryAppendFileSystem::content() const {
  const std::lock_guard lock(mutex_);
  return content_;
}

int MemoryAppendFileSystem::names_tried() const {
  const std::lock_guard lock(mutex_);
  return names_tried_;
}

Status MemoryAppendFileSystem::MakeDirectories(const std::string&) const { return {}; }

Result<std::unique_ptr<AppendFile>> MemoryAppendFileSystem::CreateNew(
    const std::string& path) const {
  const std::lock_guard lock(mutex_);
  if (++names_tried_ <= taken_names_) {
    return Error{Code::kAlreadyExists, "cannot create " + path + ": File exists"};
  }
  content_.clear();
  return std::unique_ptr<AppendFile>(std::make_unique<File>(*this));
}

}  // namespace stepscope
