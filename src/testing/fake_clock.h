// A clock that moves when a test says so.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace stepscope {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  static constexpr double kStartSeconds = 1'700'000'000;

  double WallSeconds() const override {
    return kStartSeconds + static_cast<double>(wall_offset_ns_.load() + elapsed_ns_.load()) * 1e-9;
  }
  std::chrono::nanoseconds Monotonic() const override {
    return std::chrono::nanoseconds(elapsed_ns_.load());
  }

  void Advance(std::chrono::nanoseconds time) { elapsed_ns_ += time.count(); }
  // Somebody sets the wall clock.
  void JumpWall(std::chrono::nanoseconds time) { wall_offset_ns_ += time.count(); }

 private:
  std::atomic<int64_t> elapsed_ns_{0};
  std::atomic<int64_t> wall_offset_ns_{0};
};

}  // namespace stepscope
