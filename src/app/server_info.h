// The file by which notebooks find a running server: <tmp>/.tensorboard-info/pid-<pid>.info, with
// the keys that TensorBoard's own servers write (http-api.md 1.5, tensorboard/manager.py).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/flags.h"

namespace stepscope {

// There for as long as this is. Nothing is said where it cannot be written: only notebooks miss it.
class ServerInfoFile {
 public:
  ServerInfoFile(const Command& command, uint16_t port, double start_time);
  ServerInfoFile(const ServerInfoFile&) = delete;
  ServerInfoFile& operator=(const ServerInfoFile&) = delete;
  ~ServerInfoFile();

 private:
  std::string path_;  // Empty when there is none.
};

// What a notebook compares to find a server that was started in the same way: base64 of the
// arguments and the working directory.
std::string ServerCacheKey(const Command& command, const std::string& working_directory);

}  // namespace stepscope
