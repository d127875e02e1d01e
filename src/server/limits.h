// What the server holds for its clients at most, and what it holds now.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

namespace stepscope {

// What a client can make the server hold or wait for.
struct ServerLimits {
  // A browser opens six and a WebSocket for each page; above this the longest idle one is closed.
  size_t max_connections = 1024;
  size_t max_live_clients = 256;
  // That are passed on to TensorBoard, which has a thread for each. 503.
  size_t max_proxied_requests = 64;
  size_t max_target_bytes = 64 << 10;  // hparams downloads put their request into it. 414.
  size_t max_header_bytes = 80 << 10;  // 431.
  size_t max_body_bytes = 8 << 20;     // 413.
  // What all requests together may hold in memory, and what answers may that are being read slowly:
  // above them new requests with a body, and new queries, are refused with 503.
  size_t max_all_body_bytes = 64 << 20;
  size_t max_all_reply_bytes = 256 << 20;
  // Requests that take long, running or waiting for a thread that has the time; a running one holds
  // some ten MB of state, up to 192 MiB where x is a tag, and its answer. 503.
  size_t max_jobs = 64;
  std::chrono::milliseconds idle_timeout{75'000};    // From one request to the next.
  std::chrono::milliseconds header_timeout{10'000};  // From the first byte to the header's end.
  std::chrono::milliseconds body_timeout{30'000};    // For the whole body.
  std::chrono::milliseconds write_timeout{30'000};   // Without any progress.
  std::chrono::milliseconds linger_timeout{2'000};   // For a refused request to read the answer.
  std::chrono::milliseconds live_interval{50};       // Between two messages to one client.
  std::chrono::milliseconds progress_interval{100};  // Between two messages about jobs.
  std::chrono::milliseconds live_timeout{40'000};    // A ping after half of it; then the end.
  // Without a byte from whom a request was passed on to: Python plugins may compute for long.
  std::chrono::milliseconds proxy_timeout{120'000};
  std::chrono::milliseconds stop_timeout{400};  // For requests that are being answered.
};

// What of it is in use: counted by the listener, read by /api/stats.
struct ServerUse {
  ServerLimits limits;
  std::atomic<size_t> connections = 0;
  std::atomic<size_t> live_clients = 0;
  std::atomic<size_t> proxied_requests = 0;
  std::atomic<size_t> jobs = 0;
  std::atomic<size_t> body_bytes = 0;   // That requests have announced and no handler is done with.
  std::atomic<size_t> reply_bytes = 0;  // That are on their way to clients.
};

}  // namespace stepscope
