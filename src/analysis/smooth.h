// TensorBoard's debiased exponential moving average
// (`classicSmoothing` in tensorboard/webapp's data_transformer.ts).
#pragma once

#include <cstdint>
#include <span>

namespace stepscope {

// Smooths one series from its first point on, a stretch at a time:
//
//   last = last * weight + (1 - weight) * y;  smoothed = last / (1 - weight^n)
//
// where n counts the finite points so far; with weight 1 it divides by 1. Non-finite points pass
// through and do not count.
class Smoother {
 public:
  // `weight` is clamped to [0, 1]; NaN is 0. A series that IsConstant has to be told, for upstream
  // leaves it exactly as it is.
  Smoother(double weight, bool is_constant);

  // The series' next values; `smoothed` has their length and may be the same memory.
  void Add(std::span<const double> values, std::span<double> smoothed);

 private:
  double weight_;
  double last_ = 0;
  double power_ = 1;  // weight^n
  bool is_debiased_;  // The divisor is 1 from here on.
  bool is_identity_;
};

// Whether every value equals the first; never with a NaN. An empty series is constant.
class ConstantCheck {
 public:
  // False as soon as the values given so far are not constant.
  bool Add(std::span<const double> values);

 private:
  double first_ = 0;
  bool has_first_ = false;
  bool is_constant_ = true;
};

}  // namespace stepscope
