#include "analysis/smooth.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace stepscope {
namespace {

// Below this 1 - weight^n is 1 exactly, and the division is left out.
constexpr double kNoBias = 0x1p-60;

double ClampWeight(double weight) { return std::isnan(weight) ? 0 : std::clamp(weight, 0.0, 1.0); }

}  // namespace

Smoother::Smoother(double weight, bool is_constant)
    : weight_(ClampWeight(weight)), is_debiased_(weight_ == 1), is_identity_(is_constant) {}

void Smoother::Add(std::span<const double> values, std::span<double> smoothed) {
  CHECK(values.size() == smoothed.size());
  if (is_identity_) {
    std::copy(values.begin(), values.end(), smoothed.begin());
    return;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    if (!std::isfinite(value)) {
      smoothed[i] = value;
      continue;
    }
    last_ = last_ * weight_ + (1 - weight_) * value;
    if (is_debiased_) {
      smoothed[i] = last_;
      continue;
    }
    power_ *= weight_;
    smoothed[i] = last_ / (1 - power_);
    is_debiased_ = power_ < kNoBias;
  }
}

bool ConstantCheck::Add(std::span<const double> values) {
  if (values.empty() || !is_constant_) return is_constant_;
  if (!has_first_) first_ = values.front();
  has_first_ = true;
  is_constant_ =
      std::all_of(values.begin(), values.end(), [this](double value) { return value == first_; });
  return is_constant_;
}

}  // namespace stepscope
