#include "app/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "app/index.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stats.h"
#include "ingest/ingest.h"
#include "server/listener.h"
#include "server/site.h"

namespace stepscope {
namespace {

constexpr int kExitCannotBind = 255;  // As TensorBoard's.
// SIGTERM ends us within a second, whatever a query or a slow file system is doing.
constexpr std::chrono::milliseconds kEndTimeout{900};

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0) return "localhost";
  return name;
}

std::string SiteUrl(const Command& command, uint16_t port) {
  std::string host = command.listen.bind_all       ? HostName()
                     : command.listen.host.empty() ? "localhost"
                                                   : command.listen.host;
  if (host.find(':') != std::string::npos) host = '[' + host + ']';  // An IPv6 address.
  return "http://" + host + ':' + std::to_string(port) + command.server.path_prefix + '/';
}

// Event files, directories' watches and connections all count, and the usual soft limit of 1,024 is
// for programs that use select().
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

OriginCheck::Options OriginsOf(const Command& command, bool reaches_network) {
  OriginCheck::Options origins;
  origins.hosts = command.allowed_hosts;
  if (!command.listen.host.empty()) origins.hosts.push_back(command.listen.host);
  if (reaches_network) origins.hosts.push_back(HostName());
  origins.allow_addresses = reaches_network;
  return origins;
}

}  // namespace

int Serve(const Command& command, std::span<const EmbeddedAsset> assets,
          std::span<const Plugin* const> plugins) {
  for (const std::string& notice : command.notices) LogWarning(notice);
  RaiseFileLimit();
  const sigset_t end_signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &end_signals,
                  nullptr);  // Inherited by all threads; sigwait takes them.
  std::signal(SIGPIPE, SIG_IGN);

  Result<BoundSockets> sockets = Bind(command.listen);
  if (!sockets) {
    LogError(sockets.error().message);
    return kExitCannotBind;
  }
  const std::string url = SiteUrl(command, sockets->port());
  const bool reaches_network = sockets->reaches_network();

  std::unique_ptr<TokenGate> gate;
  if (reaches_network && !command.no_auth) {
    gate = std::make_unique<TokenGate>("stepscope-" + std::to_string(sockets->port()));
  }
  TokenGate* const token = gate.get();

  SnapshotCell snapshots;
  Stats stats;
  Site site({.server = command.server,
             .origins = OriginsOf(command, reaches_network),
             .allow_embedding = command.allow_embedding,
             .assets = assets,
             .plugins = plugins},
            snapshots, RealFileSystem(), stats, SystemClock(), std::move(gate), [&url, token] {
              LogInfo("the link was used; the next one works once, too: " + url +
                      "?token=" + token->code());
            });
  Server server(*std::move(sockets), site, snapshots, stats);
  const std::unique_ptr<IndexStore> index = OpenIndex(command);
  Ingest ingest({.logdir = command.logdir_path,
                 .reload_interval_s = command.reload_interval_s,
                 .threads = command.max_reload_threads,
                 .max_record_bytes = command.max_record_bytes,
                 .check = CheckSeries,
                 .index = index.get()},
                RealFileSystem(), SystemClock(), stats, snapshots);

  if (token != nullptr) {
    std::printf("Open this link, which works once: %s?token=%s\n", url.c_str(),
                token->code().c_str());
    std::printf("Programs send this header: Authorization: Bearer %s\n", token->secret().c_str());
  }
  std::printf("Stepscope %s at %s (Press CTRL+C to quit)\n", STEPSCOPE_VERSION, url.c_str());
  std::fflush(stdout);

  ingest.Start();
  int signal = 0;
  sigwait(&end_signals, &signal);
  std::thread([] {
    std::this_thread::sleep_for(kEndTimeout);
    std::_Exit(EXIT_SUCCESS);
  }).detach();
  server.Stop();
  ingest.Stop();
  return EXIT_SUCCESS;
}

}  // namespace stepscope
