#include "testing/faulty_disk.h"

#include <utility>

namespace stepscope {

class FaultyDisk::File final : public OutputFile {
 public:
  File(const FaultyDisk& disk, std::unique_ptr<OutputFile> file)
      : disk_(disk), file_(std::move(file)) {}

  Status Append(std::span<const std::byte> bytes) override {
    const Status change = disk_.Change();
    RETURN_IF_ERROR(file_->Append(change ? bytes : bytes.first(bytes.size() / 2)));
    return change;
  }

  Status Sync() override {
    RETURN_IF_ERROR(disk_.Change());
    return file_->Sync();
  }

 private:
  const FaultyDisk& disk_;
  const std::unique_ptr<OutputFile> file_;
};

uint64_t FaultyDisk::change_count() const {
  const std::lock_guard lock(mutex_);
  return change_count_;
}

void FaultyDisk::FailChange(uint64_t number, Code code) {
  FailFrom(number, code);
  const std::lock_guard lock(mutex_);
  fails_once_ = true;
}

void FaultyDisk::FailFrom(uint64_t number, Code code) {
  const std::lock_guard lock(mutex_);
  first_failure_ = number;
  fails_once_ = false;
  code_ = code;
}

void FaultyDisk::SetFreeBytes(std::optional<uint64_t> bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

void FaultyDisk::SetLockError(std::optional<Code> code) {
  const std::lock_guard lock(mutex_);
  lock_error_ = code;
}

void FaultyDisk::SetListError(std::optional<Code> code) {
  const std::lock_guard lock(mutex_);
  list_error_ = code;
}

Status FaultyDisk::Change() const {
  const std::lock_guard lock(mutex_);
  const uint64_t number = change_count_++;
  if (fails_once_ ? number != first_failure_ : number < first_failure_) return {};
  return Error{code_, "the test lets change " + std::to_string(number) + " fail"};
}

Status FaultyDisk::MakeDirectories(const std::string& path) const {
  RETURN_IF_ERROR(Change());
  return disk_.MakeDirectories(path);
}

Result<std::unique_ptr<OutputFile>> FaultyDisk::CreateNew(const std::string& path) const {
  RETURN_IF_ERROR(Change());
  ASSIGN_OR_RETURN(auto file, disk_.CreateNew(path));
  return std::unique_ptr<OutputFile>(std::make_unique<File>(*this, std::move(file)));
}

Status FaultyDisk::Rename(const std::string& from, const std::string& to) const {
  RETURN_IF_ERROR(Change());
  return disk_.Rename(from, to);
}

Status FaultyDisk::Remove(const std::string& file) const {
  RETURN_IF_ERROR(Change());
  return disk_.Remove(file);
}

Status FaultyDisk::RemoveDirectory(const std::string& path) const {
  RETURN_IF_ERROR(Change());
  return disk_.RemoveDirectory(path);
}

Result<std::vector<DiskEntry>> FaultyDisk::List(const std::string& directory) const {
  {
    const std::lock_guard lock(mutex_);
    if (list_error_) return Error{*list_error_, "the test lets no directory be listed"};
  }
  return disk_.List(directory);
}

Result<DiskEntry> FaultyDisk::GetEntry(const std::string& path) const {
  return disk_.GetEntry(path);
}

Result<SharedBytes> FaultyDisk::Map(const std::string& file, uint64_t max_bytes) const {
  return disk_.Map(file, max_bytes);
}

Result<std::unique_ptr<FileLock>> FaultyDisk::TryLock(const std::string& file) const {
  {
    const std::lock_guard lock(mutex_);
    if (lock_error_) return Error{*lock_error_, "the test lets nobody lock " + file};
  }
  return disk_.TryLock(file);
}

Status FaultyDisk::Touch(const std::string& file) const {
  RETURN_IF_ERROR(Change());
  return disk_.Touch(file);
}

Result<uint64_t> FaultyDisk::FreeBytes(const std::string& path) const {
  {
    const std::lock_guard lock(mutex_);
    if (free_bytes_) return *free_bytes_;
  }
  return disk_.FreeBytes(path);
}

Result<std::string> FaultyDisk::CanonicalPath(const std::string& path) const {
  return disk_.CanonicalPath(path);
}

}  // namespace stepscope
