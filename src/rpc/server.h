// The data provider on a socket: gRPC over HTTP/2, without TLS, for clients on this machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "rpc/data_provider.h"

namespace stepscope {

struct RpcServerOptions {
  std::string host = "localhost";  // Both loopback addresses; else a name or an address.
  uint16_t port = 0;               // 0: any free one.
  RpcLimits limits;
  // Calls that are answered at once; more are refused, and clients try again. TensorBoard has one
  // thread for each of its clients' requests.
  int max_calls = 64;
  // A filter that names ten thousand long runs fits.
  int max_request_bytes = 8 << 20;
  // For one call, with the time that its client takes to read the answer.
  std::chrono::milliseconds call_timeout{120'000};
};

class RpcServer {
 public:
  // Serves until it is destroyed. `provider` must outlive it. The error is a sentence for the user:
  // UNAVAILABLE when the port cannot be had.
  static Result<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options,
                                                  const DataProvider& provider);
  ~RpcServer();  // Cancels what is being answered.

  uint16_t port() const;

 private:
  struct Impl;
  explicit RpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepscope
