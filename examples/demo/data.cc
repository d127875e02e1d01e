#include "examples/demo/data.h"

#include <cmath>
#include <numbers>

namespace stepscope::demo {

float Random::Uniform() { return static_cast<float>(engine_() >> 40) * 0x1p-24F; }

float Random::Normal() {
  const float radius = std::sqrt(-2 * std::log(1 - Uniform()));
  return radius * std::cos(2 * std::numbers::pi_v<float> * Uniform());
}

std::vector<Point> TwoMoons(size_t count, float noise, Random& random) {
  std::vector<Point> points;
  for (size_t i = 0; i < count; ++i) {
    const float angle = std::numbers::pi_v<float> * random.Uniform();
    const bool is_upper = i % 2 == 0;
    const float x = is_upper ? std::cos(angle) : 1 - std::cos(angle);
    const float y = is_upper ? std::sin(angle) : 0.5F - std::sin(angle);
    const float dx = noise * random.Normal();
    const float dy = noise * random.Normal();
    points.push_back({x + dx, y + dy, is_upper ? 0.0F : 1.0F});
  }
  return points;
}

std::vector<Point> TwoSpirals(size_t count, float noise, Random& random) {
  std::vector<Point> points;
  for (size_t i = 0; i < count; ++i) {
    const float way = std::sqrt(random.Uniform());  // Even density along the arm.
    const float side = i % 2 == 0 ? 0.0F : std::numbers::pi_v<float>;
    const float angle = 2.5F * std::numbers::pi_v<float> * way + side;
    const float dx = noise * random.Normal();
    const float dy = noise * random.Normal();
    points.push_back(
        {2 * way * std::cos(angle) + dx, 2 * way * std::sin(angle) + dy, i % 2 == 0 ? 0.0F : 1.0F});
  }
  return points;
}

}  // namespace stepscope::demo
