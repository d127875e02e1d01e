// The one file of ours that includes gRPC, which compiles slowly.
#include "rpc/server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <tensorboard/data_provider.grpc.pb.h>

#include "base/log.h"

namespace stepscope {
namespace {

namespace pb = tensorboard::data;
using std::chrono::steady_clock;

grpc::Status ToGrpc(const Status& status) {
  if (status) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.error().code), status.error().message};
}

// Ends calls that take too long: whoever asked does not read the answer, or has asked for too much.
class CallTimer {
 public:
  explicit CallTimer(std::chrono::milliseconds timeout)
      : timeout_(timeout), thread_([this] { Run(); }) {}
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;
  ~CallTimer() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  // `context` is cancelled unless Remove() comes first.
  void Add(grpc::ServerContext* context) {
    const std::lock_guard lock(mutex_);
    deadlines_[context] = steady_clock::now() + timeout_;
  }
  void Remove(grpc::ServerContext* context) {
    const std::lock_guard lock(mutex_);
    deadlines_.erase(context);
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      // A call may have this much more; there are few, so that looking costs nothing.
      wake_.wait_for(lock, std::min(timeout_, std::chrono::milliseconds(1000)));
      const auto now = steady_clock::now();
      for (const auto& [context, deadline] : deadlines_) {
        if (deadline < now) context->TryCancel();
      }
    }
  }

  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::map<grpc::ServerContext*, steady_clock::time_point> deadlines_;
  std::thread thread_;  // The last, because it uses the others.
};

class Service final : public pb::TensorBoardDataProvider::Service {
 public:
  Service(const RpcServerOptions& options, const DataProvider& provider)
      : limits_(options.limits), provider_(provider), timer_(options.call_timeout) {}

  grpc::Status GetExperiment(grpc::ServerContext* context, const pb::GetExperimentRequest* request,
                             pb::GetExperimentResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.GetExperiment(*request, call, *response); });
  }
  grpc::Status ListPlugins(grpc::ServerContext* context, const pb::ListPluginsRequest* request,
                           pb::ListPluginsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ListPlugins(*request, call, *response); });
  }
  grpc::Status ListRuns(grpc::ServerContext* context, const pb::ListRunsRequest* request,
                        pb::ListRunsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ListRuns(*request, call, *response); });
  }
  grpc::Status ListScalars(grpc::ServerContext* context, const pb::ListScalarsRequest* request,
                           pb::ListScalarsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ListScalars(*request, call, *response); });
  }
  grpc::Status ReadScalars(grpc::ServerContext* context, const pb::ReadScalarsRequest* request,
                           pb::ReadScalarsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ReadScalars(*request, call, *response); });
  }
  grpc::Status ListTensors(grpc::ServerContext* context, const pb::ListTensorsRequest* request,
                           pb::ListTensorsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ListTensors(*request, call, *response); });
  }
  grpc::Status ReadTensors(grpc::ServerContext* context, const pb::ReadTensorsRequest* request,
                           pb::ReadTensorsResponse* response) override {
    return Answer(context,
                  [&](Call& call) { return provider_.ReadTensors(*request, call, *response); });
  }
  grpc::Status ListBlobSequences(grpc::ServerContext* context,
                                 const pb::ListBlobSequencesRequest* request,
                                 pb::ListBlobSequencesResponse* response) override {
    return Answer(context, [&](Call& call) {
      return provider_.ListBlobSequences(*request, call, *response);
    });
  }
  grpc::Status ReadBlobSequences(grpc::ServerContext* context,
                                 const pb::ReadBlobSequencesRequest* request,
                                 pb::ReadBlobSequencesResponse* response) override {
    return Answer(context, [&](Call& call) {
      return provider_.ReadBlobSequences(*request, call, *response);
    });
  }
  grpc::Status ReadBlob(grpc::ServerContext* context, const pb::ReadBlobRequest* request,
                        grpc::ServerWriter<pb::ReadBlobResponse>* writer) override {
    return Answer(context, [&](Call& call) {
      return provider_.ReadBlob(*request, call, [writer](std::string_view chunk) {
        pb::ReadBlobResponse response;
        response.set_data(chunk.data(), chunk.size());
        return writer->Write(response);
      });
    });
  }

 private:
  template <typename Ask>
  grpc::Status Answer(grpc::ServerContext* context, const Ask& ask) {
    timer_.Add(context);
    grpc::Status status;
    try {
      Call call(limits_, bytes_in_use_, [context] { return context->IsCancelled(); });
      status = ToGrpc(ask(call));
    } catch (const std::exception& exception) {
      // Of libraries, or of memory; one call must not end the server.
      LogError("a call failed reason=\"" + std::string(exception.what()) + '"');
      status = {grpc::StatusCode::INTERNAL, "the call failed"};
    }
    timer_.Remove(context);
    return status;
  }

  const RpcLimits limits_;
  const DataProvider& provider_;
  std::atomic<size_t> bytes_in_use_ = 0;
  CallTimer timer_;
};

bool HasIpv6Loopback() {
  const int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool has =
      bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(descriptor);
  return has;
}

// What to listen on, all or none of it: clients of "localhost" may come to either of its addresses,
// and must not find another server there.
std::vector<std::string> AddressesOf(const RpcServerOptions& options) {
  const std::string port = ':' + std::to_string(options.port);
  if (options.host != "localhost") {
    const bool is_ipv6 = options.host.find(':') != std::string::npos;
    return {(is_ipv6 ? '[' + options.host + ']' : options.host) + port};
  }
  // gRPC finds one port that is free on all addresses of a name, but not on those of two.
  if (options.port == 0) return {options.host + port};
  if (!HasIpv6Loopback()) return {"127.0.0.1" + port};
  return {"127.0.0.1" + port, "[::1]" + port};
}

}  // namespace

struct RpcServer::Impl {
  Impl(const RpcServerOptions& options, const DataProvider& provider)
      : service(options, provider) {}

  bool Listen(const RpcServerOptions& options) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service);
    const std::vector<std::string> addresses = AddressesOf(options);
    std::vector<int> ports(addresses.size(), 0);
    for (size_t i = 0; i < addresses.size(); ++i) {
      builder.AddListeningPort(addresses[i], grpc::InsecureServerCredentials(), &ports[i]);
    }
    grpc::ResourceQuota quota("rpc");
    quota.SetMaxThreads(options.max_calls);
    builder.SetResourceQuota(quota);
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
    builder.SetMaxReceiveMessageSize(options.max_request_bytes);
    builder.SetMaxSendMessageSize(-1);  // Call counts bytes.
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_calls);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // Two servers on one port would mix.
    // Clients that are gone without a word are noticed.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    server = builder.BuildAndStart();
    port = static_cast<uint16_t>(ports.front());
    return server != nullptr;
  }

  Service service;
  std::unique_ptr<grpc::Server> server;
  uint16_t port = 0;
};

RpcServer::RpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RpcServer::~RpcServer() {
  impl_->server->Shutdown(std::chrono::system_clock::now());
  impl_->server->Wait();
}

uint16_t RpcServer::port() const { return impl_->port; }

Result<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options,
                                                    const DataProvider& provider) {
  gpr_set_log_function([](gpr_log_func_args*) {});  // We say what went wrong ourselves.
  auto impl = std::make_unique<Impl>(options, provider);
  if (impl->Listen(options)) return std::unique_ptr<RpcServer>(new RpcServer(std::move(impl)));
  return Error{Code::kUnavailable, "cannot listen on " + options.host + ", port " +
                                       std::to_string(options.port) +
                                       "; it may be in use, or no address of this machine"};
}

}  // namespace stepscope
