// A program that we run beside us and that ends with us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace stepscope {

// Belongs to one thread, which must live as long as the program is to.
class ChildProcess {
 public:
  // `command` is a program, in $PATH or by its path, and its arguments. NOT_FOUND: no such program.
  static Result<ChildProcess> Start(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  ~ChildProcess();  // Ends it: asks, and after a while kills.

  bool IsRunning();
  // Waits until it prints something, or for `timeout`, and keeps the last kMaxOutputBytes of it.
  void ReadOutput(std::chrono::milliseconds timeout);
  const std::string& output() const { return output_; }  // Of stdout and stderr.

 private:
  static constexpr size_t kMaxOutputBytes = 16 << 10;

  ChildProcess(pid_t process, int pipe) : process_(process), pipe_(pipe) {}

  pid_t process_;  // 0 once it has ended.
  int pipe_;
  std::string output_;
};

}  // namespace stepscope
