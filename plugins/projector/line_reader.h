// The lines of a file, of which a window lies in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace stepscope {

class LineReader {
 public:
  // Of one line: a million columns.
  static constexpr uint64_t kMaxLineBytes = 16 << 20;

  explicit LineReader(const RandomAccessFile& file) : file_(file) {}  // `file` must outlive it.

  // The next line with the newline that ends it, if one does; valid until the next call. Nothing at
  // the end. OUT_OF_RANGE: a line is longer than the limit.
  Result<std::optional<std::string_view>> Next();

  // What is in memory from the line that Next() returned or failed at on.
  std::string_view window() const { return std::string_view(buffer_).substr(line_begin_); }
  // Whether the window ends where the file does.
  bool is_at_end() const { return is_at_end_; }

 private:
  const RandomAccessFile& file_;
  std::string buffer_;
  size_t line_begin_ = 0;
  size_t line_end_ = 0;
  uint64_t offset_ = 0;  // In the file, of what follows the buffer.
  bool is_at_end_ = false;
};

}  // namespace stepscope
