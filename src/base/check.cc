#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace stepscope::internal {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "stepscope: internal error at %s:%d: %s\n", file, line, condition);
  std::abort();
}

}  // namespace stepscope::internal
