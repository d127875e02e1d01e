// The moving averages that a chart can draw over a line, each computed on every point.
//
// One rule for all of them: only finite values count. A value that is not finite stays as it is and
// takes no part, as if its point were not there; a series whose values all are the same stays
// exactly as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace stepscope {

// In all formulas v[i] is the i-th finite value (from 0) and x[i] where it lies.
enum class SmoothingKind : uint8_t {
  kNone,
  // TensorBoard's debiased exponential moving average (`classicSmoothing` in its web front end's
  // data_transformer.ts):  last = last * weight + (1 - weight) * v[i];
  // s[i] = last / (1 - weight^(i+1)), where weight 1 divides by 1.
  kExponential,
  // The same with a memory that fades with the distance on x, so that dense stretches do not
  // outweigh sparse ones in reach: each v[j], j <= i, weighs 2^-(d/half_life), where d is the way
  // along x from j to i: the sum of |x[k] - x[k-1]|. A point whose x is not finite takes no part.
  kTimeWeighted,
  // Mean or median of `window` points: those from i - window/2 to i + (window-1)/2 (both rounded
  // down), or the last ones up to i where it is trailing. At the ends of the series the window
  // holds fewer points.
  kMean,
  kMedian,
  // The mean of all points, each weighing exp(-(i-j)^2 / (2 width^2)); see gaussian.h.
  kGaussian,
};

struct Smoothing {
  static constexpr uint32_t kMaxWindow = 100'000;  // Points: state of up to 10 MB a line.
  static constexpr double kMaxWidth = 10'000;      // Points: 80,000 to either side take part.

  SmoothingKind kind = SmoothingKind::kNone;
  double weight = 0;     // kExponential: clamped to [0, 1]; NaN is 0.
  double half_life = 1;  // kTimeWeighted: in units of x, > 0.
  uint32_t window = 1;   // kMean and kMedian: 1..kMaxWindow.
  bool is_trailing = false;
  double width = 1;  // kGaussian: standard deviation in points, in (0, kMaxWidth].

  bool is_on() const { return kind != SmoothingKind::kNone; }
  // Whether later points change what earlier ones became.
  bool LooksAhead() const;
  // Whether a Smoother may keep back what no later point changes.
  bool KeepsBack() const { return kind == SmoothingKind::kMedian; }
  // How many points of a series the state of its smoother may hold.
  uint64_t MaxHeldPoints() const;
  // What a point costs, in units of some 20 ns; 0 where nothing is smoothed.
  uint64_t CostAPoint() const;
};

class SmoothingKernel;
struct GaussianWeights;

// A smoothing and what all lines that are smoothed with it share. Any thread.
class SmoothingPlan {
 public:
  explicit SmoothingPlan(const Smoothing& smoothing);
  const Smoothing& smoothing() const { return smoothing_; }

 private:
  friend class Smoother;
  Smoothing smoothing_;
  std::shared_ptr<const GaussianWeights> weights_;  // kGaussian.
};

// Smooths one series from its first point on, a stretch at a time.
class Smoother {
 public:
  // A series that IsConstant has to be told.
  Smoother(const SmoothingPlan& plan, bool is_constant);
  ~Smoother();
  Smoother(Smoother&&) noexcept;
  Smoother& operator=(Smoother&&) noexcept;

  // The series' next points; `xs` may be empty where the kind does not look at it. Appends the
  // smoothed values, in order, of finite ones that no later point can change: unless it KeepsBack
  // of all.
  void Add(std::span<const double> xs, std::span<const double> values,
           std::vector<double>& smoothed);
  // Appends those that were kept back. Better once at the end than often.
  void Settle(std::vector<double>& smoothed);
  // Appends the rest, of a series that ends here. The smoother is then spent.
  void Finish(std::vector<double>& smoothed);

 private:
  std::unique_ptr<SmoothingKernel> kernel_;  // Null: values stay as they are.
  std::vector<double> finite_xs_;
  std::vector<double> finite_;
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
