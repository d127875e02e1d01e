// One event file while it is written: its name, its first record, and records behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "logger/append_file.h"

namespace stepscope {

// Belongs to one thread at a time.
class EventFile {
 public:
  struct Name {
    std::string exact;   // The whole name; empty: made as torch makes it (event-files.md 2.2).
    std::string suffix;  // Behind a name that we make.
  };

  // Makes the directory and in it a new file, which holds the version record when this returns. A
  // name that is taken is never written to: the next counter is tried, and with an exact name it is
  // ALREADY_EXISTS.
  static Result<EventFile> Create(const AppendFileSystem& files, const Clock& clock,
                                  const std::string& directory, const Name& name);

  // Appends all of `records`; NOT_FOUND when somebody deleted the file. After an error size_bytes()
  // says how far it came, which may be inside a record: readers wait for the rest of that one.
  Status Append(std::string_view records);
  Status Close();  // Must be the last call. The same errors.

  const std::string& path() const { return path_; }
  uint64_t size_bytes() const { return size_bytes_; }

 private:
  EventFile(std::unique_ptr<AppendFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  std::unique_ptr<AppendFile> file_;
  std::string path_;
  uint64_t size_bytes_ = 0;
};

// Appends one event with a serialized Summary as a framed record. A step of 0 is left out, as
// protobuf does. `scratch` is overwritten: memory that the caller keeps from one event to the next.
void AppendSummaryEvent(double wall_time, int64_t step, std::string_view summary,
                        std::string& scratch, std::string& out);

}  // namespace stepscope
