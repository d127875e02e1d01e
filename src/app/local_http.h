// Asks another server on this machine for something small.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stepscope {

// The body of a GET that is answered with 200. UNAVAILABLE: everything else, also more than 4 MiB
// and longer than `timeout`.
Result<std::string> GetFromLocalhost(uint16_t port, std::string_view target,
                                     std::chrono::milliseconds timeout);

}  // namespace stepscope
