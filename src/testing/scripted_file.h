// A file that grows as a test's script says.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"

namespace stepscope {

// Hands out one chunk a Read, the rest of a chunk with the next Read where the buffer is smaller.
// An empty chunk is a pause: nothing new yet. After the last chunk the file has ended for now.
class ScriptedFile final : public SequentialFile {
 public:
  explicit ScriptedFile(std::vector<std::string> chunks)
      : chunks_(std::make_move_iterator(chunks.begin()), std::make_move_iterator(chunks.end())) {}

  void Append(std::string chunk) { chunks_.push_back(std::move(chunk)); }

  Result<size_t> Read(std::span<std::byte> buffer) override {
    ++reads_;
    last_read_ = buffer.size();
    largest_read_ = std::max(largest_read_, buffer.size());
    if (chunks_.empty()) return size_t{0};
    std::string& chunk = chunks_.front();
    const size_t count = std::min(buffer.size(), chunk.size() - at_);
    if (count > 0) std::memcpy(buffer.data(), chunk.data() + at_, count);
    at_ += count;
    if (at_ == chunk.size()) {
      chunks_.pop_front();
      at_ = 0;
    }
    return count;
  }

  size_t reads() const { return reads_; }
  // What was asked for, which tells how much memory the reader holds.
  size_t last_read_bytes() const { return last_read_; }
  size_t largest_read_bytes() const { return largest_read_; }

 private:
  std::deque<std::string> chunks_;
  size_t at_ = 0;  // In the first chunk.
  size_t reads_ = 0;
  size_t last_read_ = 0;
  size_t largest_read_ = 0;
};

}  // namespace stepscope
