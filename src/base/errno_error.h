// What the operating system says went wrong, as an Error: "cannot read PATH: No such file ...".
#pragma once

#include <cerrno>
#include <string_view>

#include "base/result.h"

namespace stepscope {

Error ErrnoError(std::string_view what, std::string_view path, int number = errno);

}  // namespace stepscope
