// An output file in memory, and bytes as they come from a mapped one.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include "base/disk.h"

namespace stepscope {

class MemoryOutputFile final : public OutputFile {
 public:
  // Behind so many bytes the disk is full.
  explicit MemoryOutputFile(size_t room_bytes = SIZE_MAX) : room_bytes_(room_bytes) {}

  Status Append(std::span<const std::byte> bytes) override {
    if (bytes.size() > room_bytes_ - content_.size()) {
      return Error{Code::kResourceExhausted, "cannot write: No space left on device"};
    }
    content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Status Sync() override {
    is_synced_ = true;
    return {};
  }

  const std::string& content() const { return content_; }
  bool is_synced() const { return is_synced_; }

 private:
  const size_t room_bytes_;
  std::string content_;
  bool is_synced_ = false;
};

// A copy whose end is the end of its memory, so that a sanitizer sees whoever reads on.
inline SharedBytes ShareBytes(std::string_view bytes) {
  constexpr std::align_val_t kAlignment{64};
  auto* const copy = static_cast<std::byte*>(::operator new(bytes.size(), kAlignment));
  std::shared_ptr<const void> owner(copy, [](const void* memory) {
    ::operator delete(const_cast<void*>(memory), std::align_val_t{64});
  });
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  return {{copy, bytes.size()}, std::move(owner)};
}

}  // namespace stepscope
