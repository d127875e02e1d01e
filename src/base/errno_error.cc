#include "base/errno_error.h"

#include <cstring>
#include <string>

namespace stepscope {
namespace {

Code CodeOf(int number) {
  switch (number) {
    case EEXIST:
    case ENOTEMPTY:
      return Code::kAlreadyExists;
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
    case EXDEV:
    case ELOOP:
      return Code::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Code::kResourceExhausted;
    default:
      return Code::kUnknown;
  }
}

}  // namespace

Error ErrnoError(std::string_view what, std::string_view path, int number) {
  char buffer[128];
  const char* const reason = ::strerror_r(number, buffer, sizeof(buffer));
  return {CodeOf(number), std::string(what) + " " + std::string(path) + ": " + reason};
}

}  // namespace stepscope
