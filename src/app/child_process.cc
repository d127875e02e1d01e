#include "app/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

namespace stepscope {
namespace {

constexpr std::chrono::milliseconds kEndTimeout{300};  // Between asking and killing.

// In the child, between fork and exec: nothing that allocates or locks.
[[noreturn]] void BecomeProgram(char* const* arguments, int output, int failure, pid_t parent) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
  if (getppid() != parent) _exit(1);  // It died before we could ask for that.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &error, sizeof(error));
  _exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int output[2];
  int failure[2];  // Closed by a successful exec.
  if (pipe2(output, O_CLOEXEC) != 0) return Error{Code::kUnavailable, "no more pipes"};
  if (pipe2(failure, O_CLOEXEC) != 0) {
    close(output[0]);
    close(output[1]);
    return Error{Code::kUnavailable, "no more pipes"};
  }
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process == 0) BecomeProgram(arguments.data(), output[1], failure[1], parent);
  close(output[1]);
  close(failure[1]);
  int error = 0;
  const bool has_failed = process < 0 || read(failure[0], &error, sizeof(error)) > 0;
  close(failure[0]);
  if (!has_failed) return ChildProcess(process, output[0]);
  close(output[0]);
  if (process > 0) waitpid(process, nullptr, 0);
  return Error{Code::kNotFound, "cannot run " + command[0]};
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, 0)),
      pipe_(std::exchange(other.pipe_, -1)),
      output_(std::move(other.output_)) {}

ChildProcess::~ChildProcess() {
  if (pipe_ >= 0) close(pipe_);
  if (!IsRunning()) return;
  kill(process_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kEndTimeout;
  while (IsRunning() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!IsRunning()) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

bool ChildProcess::IsRunning() {
  if (process_ > 0 && waitpid(process_, nullptr, WNOHANG) != 0) process_ = 0;
  return process_ > 0;
}

void ChildProcess::ReadOutput(std::chrono::milliseconds timeout) {
  pollfd waiting = {.fd = pipe_, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0) return;
  char bytes[4096];
  const ssize_t count = read(pipe_, bytes, sizeof(bytes));
  if (count <= 0) {
    // It has closed its output; without this the caller's loop would not wait any more.
    std::this_thread::sleep_for(timeout);
    return;
  }
  output_.append(bytes, static_cast<size_t>(count));
  if (output_.size() > kMaxOutputBytes) output_.erase(0, output_.size() - kMaxOutputBytes);
}

}  // namespace stepscope
