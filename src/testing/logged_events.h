// Reads back what a writer wrote, with the reader that users have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stepscope {

// One event with at most one scalar, as tests compare it.
struct LoggedEvent {
  double wall_time = 0;
  int64_t step = 0;
  std::string file_version;
  std::string tag;
  double value = 0;
  std::string plugin_name;  // "" unless the value has metadata that names one.
  bool is_tensor = false;   // Else a simple_value.
  bool is_float64 = false;
};

// The events of a whole file's bytes. A record that fails a checksum, or is no event, ends the test
// program; a torn last record is left out.
std::vector<LoggedEvent> ReadLoggedEvents(const std::string& file);

std::string ReadWholeFile(const std::string& path);

}  // namespace stepscope
