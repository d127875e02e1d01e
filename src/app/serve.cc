#include "app/serve.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/index.h"
#include "app/process.h"
#include "app/server_info.h"
#include "app/sidecar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stats.h"
#include "ingest/ingest.h"
#include "rpc/server.h"
#include "server/listener.h"
#include "server/site.h"

namespace stepscope {
namespace {

constexpr int kExitCannotBind = 255;  // As TensorBoard's.

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

OriginCheck::Options OriginsOf(const Command& command, bool reaches_network) {
  OriginCheck::Options origins;
  origins.hosts = command.allowed_hosts;
  if (!command.listen.host.empty()) origins.hosts.push_back(command.listen.host);
  if (reaches_network) origins.hosts.push_back(HostName());
  origins.allow_addresses = reaches_network;
  return origins;
}

ServerOptions ServerOptionsOf(const Command& command) {
  ServerOptions options = command.server;
  options.logdir_path = command.logdir_path;
  return options;
}

DataProviderOptions DataProviderOptionsOf(const Command& command) {
  DataProviderOptions options = {.logdir = command.server.logdir, .max_points = {}};
  for (const auto& [plugin, samples] : command.server.samples_per_plugin) {
    if (samples > 0) options.max_points[plugin] = samples;
  }
  return options;
}

// A virtual environment that is active comes before what the machine has.
std::string DefaultPython() {
  const char* const environment = std::getenv("VIRTUAL_ENV");
  if (environment == nullptr || *environment == '\0') return "python3";
  return std::string(environment) + "/bin/python";
}

std::unique_ptr<Sidecar> StartSidecar(const Command& command, uint16_t grpc_port,
                                      std::span<const Plugin* const> plugins, ProxyTable& proxy) {
  SidecarOptions options = {.python = command.python.empty() ? DefaultPython() : command.python,
                            .logdir = command.logdir_path,
                            .path_prefix = command.server.path_prefix,
                            .grpc_port = grpc_port,
                            .own_plugins = {}};
  for (const Plugin* const plugin : plugins) {
    // A page in a frame is TensorBoard's own, which only its server has: there it brings its
    // routes.
    if (plugin->compat_listing.loading_type != "IFRAME") options.own_plugins.emplace(plugin->name);
  }
  return std::make_unique<Sidecar>(std::move(options), proxy);
}

}  // namespace

int Serve(const Command& asked, std::span<const EmbeddedAsset> assets,
          std::span<const Plugin* const> plugins) {
  for (const std::string& notice : asked.notices) LogWarning(notice);
  Command command = asked;
  if (const Status linked = LinkLogdirSpec(command); !linked) {
    LogError(linked.error().message);
    return EXIT_FAILURE;
  }
  BecomeServer();

  Result<BoundSockets> sockets = Bind(command.listen);
  if (!sockets) {
    LogError(sockets.error().message);
    return kExitCannotBind;
  }
  const uint16_t port = sockets->port();
  const std::string url = SiteUrl(command, port);
  const bool reaches_network = sockets->reaches_network();

  std::unique_ptr<TokenGate> gate;
  if (reaches_network && !command.no_auth) {
    gate = std::make_unique<TokenGate>("stepscope-" + std::to_string(sockets->port()));
  }
  TokenGate* const token = gate.get();

  SnapshotCell snapshots;
  Stats stats;
  ProxyTable proxy;
  Site site({.server = ServerOptionsOf(command),
             .origins = OriginsOf(command, reaches_network),
             .allow_embedding = command.allow_embedding,
             .assets = assets,
             .plugins = plugins,
             .proxy = &proxy},
            snapshots, RealFileSystem(), stats, SystemClock(), std::move(gate), [&url, token] {
              LogInfo("the link was used; the next one works once, too: " + url +
                      "?token=" + token->code());
            });
  Server server(*std::move(sockets), site, snapshots, stats);
  const std::unique_ptr<IndexStore> index = OpenIndex(command);
  Ingest ingest(IngestOptionsOf(command, index.get()), RealFileSystem(), SystemClock(), stats,
                snapshots);

  const DataProvider provider(DataProviderOptionsOf(command), snapshots, RealFileSystem());
  std::unique_ptr<RpcServer> rpc;
  std::unique_ptr<Sidecar> sidecar;
  if (command.grpc_port || command.has_tensorboard_plugins) {
    auto started = RpcServer::Start({.port = command.grpc_port.value_or(0)}, provider);
    if (!started) {
      LogError(started.error().message);
      return kExitCannotBind;
    }
    rpc = *std::move(started);
    if (command.grpc_port) std::printf("gRPC data provider at localhost:%d\n", rpc->port());
  }
  if (command.has_tensorboard_plugins) {
    sidecar = StartSidecar(command, rpc->port(), plugins, proxy);
  }

  if (token != nullptr) {
    std::printf("Open this link, which works once: %s?token=%s\n", url.c_str(),
                token->code().c_str());
    std::printf("Programs send this header: Authorization: Bearer %s\n", token->secret().c_str());
  }
  std::printf("Stepscope %s at %s (Press CTRL+C to quit)\n", STEPSCOPE_VERSION, url.c_str());
  std::fflush(stdout);

  std::optional<ServerInfoFile> info_file(std::in_place, command, port,
                                          SystemClock().WallSeconds());
  ingest.Start();
  WaitForEnd();
  info_file.reset();
  sidecar.reset();
  rpc.reset();
  server.Stop();
  ingest.Stop();
  return EXIT_SUCCESS;
}

}  // namespace stepscope
