// Work for one request that may take long: where it may run, and how far it has come.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace stepscope {

// What a handler and whoever called it share about one request.
//
// Threads that answer quick questions must not be held up, so work that takes long is announced
// before it begins (Request::Announce). On such a thread the handler then gives up at once, and is
// called again where it may take its time.
class Job {
 public:
  // What takes longer is announced.
  static constexpr std::chrono::milliseconds kLong{50};

  // For whoever calls the handler, before and after it runs.
  void Admit() { is_admitted_ = true; }
  bool WaitsForAdmission() const { return is_long_ && !is_admitted_; }

  // For the handler: how much there is to do, in units of its own, and what is done of it.
  bool is_admitted() const { return is_admitted_; }
  void Begin(uint64_t units) {
    is_long_ = true;
    total_ = units;
    done_ = 0;
  }
  void Add(uint64_t units) { done_.fetch_add(units, std::memory_order_relaxed); }
  void Expect(uint64_t units) { total_ += units; }  // It turned out to be so much more.

  // From 0 to 1; from any thread. Goes back when more is expected.
  double fraction() const {
    const auto total = static_cast<double>(total_.load(std::memory_order_relaxed));
    const auto done = static_cast<double>(done_.load(std::memory_order_relaxed));
    return total > 0 ? std::min(done / total, 1.0) : 0;
  }

 private:
  bool is_long_ = false;
  bool is_admitted_ = false;
  std::atomic<uint64_t> total_ = 0;
  std::atomic<uint64_t> done_ = 0;
};

}  // namespace stepscope
