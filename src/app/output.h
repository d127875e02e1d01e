// Where subcommands write: standard output or a file, in large pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stepscope {

// Errors stay: after the first, everything is dropped and Finish() returns it.
class Output {
 public:
  // "" is standard output. A file is made anew.
  static Result<Output> Open(const std::string& path);
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  void Write(std::string_view bytes);
  uint64_t size() const { return size_; }  // Bytes given to Write() so far.
  bool has_failed() const { return !status_; }
  void Fail(Error error);  // For what cannot be written in some format.
  // Everything is with the system. CANCELLED when nobody reads any more, as after `| head`.
  Status Finish();

 private:
  void Drain(std::string_view bytes);

  int descriptor_ = -1;
  bool is_owned_ = false;
  std::string name_ = "standard output";
  std::string buffer_;
  uint64_t size_ = 0;
  Status status_;
};

}  // namespace stepscope
