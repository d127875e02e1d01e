#include "rpc/call.h"

#include <string>

namespace stepscope {

Status Call::Spend(size_t bytes) {
  if (is_cancelled_()) return Error{Code::kCancelled, "nobody waits for the answer"};
  if (bytes > limits_.max_response_bytes - bytes_) {
    return Error{Code::kResourceExhausted, "the answer is larger than " +
                                               std::to_string(limits_.max_response_bytes >> 20) +
                                               " MiB; ask for fewer runs, tags or points at once"};
  }
  const size_t before = bytes_in_use_.fetch_add(bytes);
  bytes_ += bytes;
  if (before + bytes > limits_.max_all_response_bytes) {
    return Error{Code::kResourceExhausted, "too many large answers at once; try again"};
  }
  return Status();
}

}  // namespace stepscope
