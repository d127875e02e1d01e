#include "app/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace stepscope {
namespace {

constexpr std::chrono::milliseconds kEndTimeout{900};

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Event files, directories' watches and connections all count, and the usual soft limit of 1,024 is
// for programs that use select().
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void BecomeServer() {
  RaiseFileLimit();
  const sigset_t end_signals = EndSignals();
  // Inherited by all threads; sigwait takes them.
  pthread_sigmask(SIG_BLOCK, &end_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForEnd() {
  const sigset_t end_signals = EndSignals();
  int signal = 0;
  sigwait(&end_signals, &signal);
  std::thread([] {
    std::this_thread::sleep_for(kEndTimeout);
    std::_Exit(EXIT_SUCCESS);
  }).detach();
}

void AskForEnd() { kill(getpid(), SIGTERM); }

}  // namespace stepscope
