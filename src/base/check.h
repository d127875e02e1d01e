// CHECK ends the process when our own code is wrong. It must be out of reach of file bytes and
// requests: what they can cause is an Error.
#pragma once

namespace stepscope::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace stepscope::internal

#define CHECK(condition)                                                                  \
  do {                                                                                    \
    if (!(condition)) ::stepscope::internal::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
