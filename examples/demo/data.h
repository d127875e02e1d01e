// Generated points in the plane with two classes: what the demo's models learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace stepscope::demo {

struct Point {
  float x = 0;
  float y = 0;
  float label = 0;  // 0 or 1.
};

// The same numbers from the same seed with every standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  float Uniform();  // In [0, 1).
  float Normal();   // Mean 0, standard deviation 1.
  size_t Below(size_t count) { return static_cast<size_t>(engine_() % count); }

 private:
  std::mt19937_64 engine_;
};

// Two half circles that reach into each other; `noise` is a standard deviation.
std::vector<Point> TwoMoons(size_t count, float noise, Random& random);
// Two arms around one centre, one and a quarter turns each.
std::vector<Point> TwoSpirals(size_t count, float noise, Random& random);

}  // namespace stepscope::demo
