// Time comes in through this interface, so that tests can own it.
#pragma once

#include <chrono>

namespace stepscope {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual double WallSeconds() const = 0;                  // Since the epoch, as events carry it.
  virtual std::chrono::nanoseconds Monotonic() const = 0;  // Never goes back.
};

const Clock& SystemClock();  // Thread-safe, lives for ever.

}  // namespace stepscope
