#include "app/data_server.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "app/index.h"
#include "app/process.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stats.h"
#include "ingest/ingest.h"
#include "rpc/server.h"

namespace stepscope {
namespace {

// TensorBoard's data server's own.
constexpr int kExitBadLogdir = 8;
constexpr int kExitCannotBind = 9;

bool WriteFile(const std::string& path, const std::string& text) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && is_written;
}

// Where TensorBoard looks for the reason.
int FailToStart(const Command& command, const std::string& message, int exit_code) {
  const std::string& file = command.data_server.error_file;
  if (file.empty() || !WriteFile(file, message)) LogError(message);
  return exit_code;
}

// What is wrong with the log directory; "" when nothing is. It may come into being later.
std::string CheckLogdir(const std::string& logdir) {
  if (logdir.empty()) return "empty --logdir";
  const size_t scheme = logdir.find("://");
  if (scheme == std::string::npos || logdir.find('/') < scheme) return "";
  return "unknown protocol \"" + logdir.substr(0, scheme) + "\" in logdir " + logdir;
}

// The parent keeps our standard input open for as long as it lives.
void EndWithStdin() {
  std::thread([] {
    char ignored[4096];
    while (true) {
      const ssize_t bytes = read(STDIN_FILENO, ignored, sizeof(ignored));
      if (bytes == 0 || (bytes < 0 && errno != EINTR)) break;
    }
    AskForEnd();
  }).detach();
}

}  // namespace

bool IsDataServerName(std::string_view program) {
  const size_t slash = program.rfind('/');
  return program.substr(slash == std::string_view::npos ? 0 : slash + 1) == "stepscope-data-server";
}

int ServeData(const Command& command) {
  const DataServerOptions& options = command.data_server;
  if (const std::string problem = CheckLogdir(command.server.logdir); !problem.empty()) {
    return FailToStart(command, problem, kExitBadLogdir);
  }
  BecomeServer();
  SnapshotCell snapshots;
  Stats stats;
  const DataProvider provider(
      {.logdir = command.server.logdir,
       .max_points = {options.max_samples.begin(), options.max_samples.end()}},
      snapshots, RealFileSystem());
  auto server = RpcServer::Start({.host = options.host, .port = options.port}, provider);
  if (!server) return FailToStart(command, server.error().message, kExitCannotBind);
  const std::string port = std::to_string((*server)->port());
  if (options.port_file.empty()) {
    std::fprintf(stderr, "listening on %s:%s\n", options.host.c_str(), port.c_str());
  } else if (!WriteFile(options.port_file, port + '\n')) {
    LogError("cannot write the port path=" + options.port_file);
    return EXIT_FAILURE;
  }
  if (options.dies_after_stdin) EndWithStdin();

  const std::unique_ptr<IndexStore> index = OpenIndex(command);
  Ingest ingest(IngestOptionsOf(command, index.get()), RealFileSystem(), SystemClock(), stats,
                snapshots);
  ingest.Start();
  WaitForEnd();
  server->reset();
  ingest.Stop();
  return EXIT_SUCCESS;
}

}  // namespace stepscope
