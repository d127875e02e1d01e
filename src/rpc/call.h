// One call while it is being answered: whether anybody still waits for it, and how much the answer
// may grow.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "base/result.h"

namespace stepscope {

struct RpcLimits {
  // TensorBoard's client takes messages up to 256 MiB; what protobuf adds needs room.
  size_t max_response_bytes = 240 << 20;
  // Of all answers together that are being put together or sent.
  size_t max_all_response_bytes = 512 << 20;
};

// Belongs to the thread that answers.
class Call {
 public:
  // `bytes_in_use` counts for all calls and must outlive this one. `is_cancelled` is asked often.
  Call(const RpcLimits& limits, std::atomic<size_t>& bytes_in_use,
       std::function<bool()> is_cancelled)
      : limits_(limits), bytes_in_use_(bytes_in_use), is_cancelled_(std::move(is_cancelled)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { bytes_in_use_ -= bytes_; }

  // Before `bytes` more of the answer are made. CANCELLED when nobody waits any more,
  // RESOURCE_EXHAUSTED when the answer, or all answers together, would be too large.
  Status Spend(size_t bytes);

 private:
  const RpcLimits limits_;
  std::atomic<size_t>& bytes_in_use_;
  const std::function<bool()> is_cancelled_;
  size_t bytes_ = 0;
};

}  // namespace stepscope
