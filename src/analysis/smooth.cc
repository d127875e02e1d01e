#include "analysis/smooth.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/gaussian.h"
#include "analysis/median.h"
#include "analysis/sliding_window.h"
#include "analysis/smoothing_kernel.h"
#include "base/check.h"

namespace stepscope {
namespace {

// Below this 1 - weight^n is 1 exactly, and the division is left out.
constexpr double kNoBias = 0x1p-60;

double ClampWeight(double weight) { return std::isnan(weight) ? 0 : std::clamp(weight, 0.0, 1.0); }

class ExponentialKernel : public SmoothingKernel {
 public:
  explicit ExponentialKernel(double weight)
      : weight_(ClampWeight(weight)), is_debiased_(weight_ == 1) {}

  void Add(std::span<const double> /*xs*/, std::span<const double> values,
           std::vector<double>& smoothed) override {
    for (const double value : values) {
      last_ = last_ * weight_ + (1 - weight_) * value;
      if (is_debiased_) {
        smoothed.push_back(last_);
        continue;
      }
      power_ *= weight_;
      smoothed.push_back(last_ / (1 - power_));
      is_debiased_ = power_ < kNoBias;
    }
  }

 private:
  double weight_;
  double last_ = 0;
  double power_ = 1;  // weight^n
  bool is_debiased_;  // The divisor is 1 from here on.
};

class TimeWeightedKernel : public SmoothingKernel {
 public:
  explicit TimeWeightedKernel(double half_life) : half_life_(half_life) {}

  void Add(std::span<const double> xs, std::span<const double> values,
           std::vector<double>& smoothed) override {
    CHECK(xs.size() == values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(xs[i])) {
        smoothed.push_back(values[i]);
        continue;
      }
      // Times of a run lie close together, where nearly always the same power is asked for.
      const double distance = std::abs(xs[i] - last_x_);
      if (distance != last_distance_) fading_ = std::exp2(-distance / half_life_);
      last_distance_ = distance;
      last_x_ = xs[i];
      sum_ = sum_ * fading_ + values[i];
      weight_ = weight_ * fading_ + 1;
      smoothed.push_back(sum_ / weight_);
    }
  }

 private:
  double half_life_;
  double last_x_ = 0;
  double last_distance_ = 0;
  double fading_ = 1;
  double sum_ = 0;  // Of nothing yet, so that the first distance does not matter.
  double weight_ = 0;
};

class MeanKernel : public SmoothingKernel {
 public:
  MeanKernel(uint32_t window, uint32_t ahead) : size_(window), ahead_(ahead) {}

  void Add(std::span<const double> /*xs*/, std::span<const double> values,
           std::vector<double>& smoothed) override {
    for (const double value : values) {
      if (count_ - popped_ == size_) PopOldest();
      window_.Push(value);
      if (count_++ >= ahead_) smoothed.push_back(window_.Result());
    }
  }

  void Finish(std::vector<double>& smoothed) override {
    // As many points are left as are looked ahead for; their windows end beyond the last point.
    const uint64_t left = std::min<uint64_t>(count_, ahead_);
    for (uint64_t end = count_ + ahead_ - left + 1; end <= count_ + ahead_; ++end) {
      while (popped_ + size_ < end) PopOldest();
      smoothed.push_back(window_.Result());
    }
  }

 private:
  void PopOldest() {
    window_.PopOldest();
    ++popped_;
  }

  uint32_t size_;
  uint32_t ahead_;
  MeanWindow window_;
  uint64_t count_ = 0;
  uint64_t popped_ = 0;
};

uint32_t WindowOf(const Smoothing& smoothing) {
  return std::clamp<uint32_t>(smoothing.window, 1, Smoothing::kMaxWindow);
}

uint32_t AheadOf(const Smoothing& smoothing) {
  return smoothing.is_trailing ? 0 : (WindowOf(smoothing) - 1) / 2;
}

}  // namespace

bool Smoothing::LooksAhead() const {
  switch (kind) {
    case SmoothingKind::kMean:
    case SmoothingKind::kMedian:
      return !is_trailing && window > 2;
    case SmoothingKind::kGaussian:
      return true;
    case SmoothingKind::kNone:
    case SmoothingKind::kExponential:
    case SmoothingKind::kTimeWeighted:
      break;
  }
  return false;
}

uint64_t Smoothing::MaxHeldPoints() const {
  switch (kind) {
    case SmoothingKind::kMean:
      return window;
    case SmoothingKind::kMedian:
      // A window and a block behind it, each sorted and in order.
      return 3 * std::max<uint64_t>(window, kMinMedianBlock);
    case SmoothingKind::kGaussian:
      return static_cast<uint64_t>(std::min(width, kMaxWidth) * kGaussianReach) + 1;
    case SmoothingKind::kNone:
    case SmoothingKind::kExponential:
    case SmoothingKind::kTimeWeighted:
      break;
  }
  return 1;
}

uint64_t Smoothing::CostAPoint() const {
  switch (kind) {
    case SmoothingKind::kNone:
      return 0;
    case SmoothingKind::kMedian:
    case SmoothingKind::kGaussian:
      return 2;
    case SmoothingKind::kExponential:
    case SmoothingKind::kTimeWeighted:
    case SmoothingKind::kMean:
      break;
  }
  return 1;
}

SmoothingPlan::SmoothingPlan(const Smoothing& smoothing) : smoothing_(smoothing) {
  if (smoothing.kind == SmoothingKind::kGaussian) {
    weights_ =
        std::make_shared<const GaussianWeights>(std::min(smoothing.width, Smoothing::kMaxWidth));
  }
}

Smoother::Smoother(const SmoothingPlan& plan, bool is_constant) {
  if (is_constant) return;
  switch (plan.smoothing_.kind) {
    case SmoothingKind::kNone:
      break;
    case SmoothingKind::kExponential:
      kernel_ = std::make_unique<ExponentialKernel>(plan.smoothing_.weight);
      break;
    case SmoothingKind::kTimeWeighted:
      kernel_ = std::make_unique<TimeWeightedKernel>(plan.smoothing_.half_life);
      break;
    case SmoothingKind::kMean:
      kernel_ = std::make_unique<MeanKernel>(WindowOf(plan.smoothing_), AheadOf(plan.smoothing_));
      break;
    case SmoothingKind::kMedian:
      kernel_ = MakeMedianKernel(WindowOf(plan.smoothing_), AheadOf(plan.smoothing_));
      break;
    case SmoothingKind::kGaussian:
      kernel_ = MakeGaussianKernel(plan.weights_);
      break;
  }
}

Smoother::~Smoother() = default;
Smoother::Smoother(Smoother&&) noexcept = default;
Smoother& Smoother::operator=(Smoother&&) noexcept = default;

void Smoother::Add(std::span<const double> xs, std::span<const double> values,
                   std::vector<double>& smoothed) {
  const auto is_finite = [](double value) { return std::isfinite(value); };
  std::span<const double> finite = values;
  if (!std::all_of(values.begin(), values.end(), is_finite)) {
    finite_.clear();
    finite_xs_.clear();
    for (size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      finite_.push_back(values[i]);
      if (!xs.empty()) finite_xs_.push_back(xs[i]);
    }
    finite = finite_;
    xs = finite_xs_;
  }
  if (kernel_ == nullptr) {
    smoothed.insert(smoothed.end(), finite.begin(), finite.end());
  } else {
    kernel_->Add(xs, finite, smoothed);
  }
}

void Smoother::Settle(std::vector<double>& smoothed) {
  if (kernel_ != nullptr) kernel_->Settle(smoothed);
}

void Smoother::Finish(std::vector<double>& smoothed) {
  if (kernel_ != nullptr) kernel_->Finish(smoothed);
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
