// `stepscope-data-server`: what TensorBoard starts in the place of its own data server (http-api.md
// 4.5, tensorboard/data/server_ingester.py).
#pragma once

#include <string_view>

#include "app/flags.h"

namespace stepscope {

// Whether a program of this name, which may have a path, is the data server.
bool IsDataServerName(std::string_view program);

// Serves until a signal, or until standard input ends where that was asked for, and returns the
// exit code. Call it before there are other threads.
int ServeData(const Command& command);

}  // namespace stepscope
