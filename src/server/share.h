// A part of what is counted against a limit.
#pragma once

#include <atomic>
#include <cstddef>

namespace stepscope {

// Adds to a count for as long as it lives, whatever ends a coroutine.
class Share {
 public:
  Share(std::atomic<size_t>& total, size_t part) : total_(total), part_(part) { total_ += part_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { total_ -= part_; }

 private:
  std::atomic<size_t>& total_;
  const size_t part_;
};

}  // namespace stepscope
