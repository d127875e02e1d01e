#include "analysis/gaussian.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace stepscope {
namespace {

// Below this width a grid would hardly be coarser than the points.
constexpr double kMinGridWidth = 8;
constexpr double kPlacesAWidth = 2.2;  // The error of the grid is about exp(-pi^2 / 2 * 2.2^2).
constexpr double kDirectReach = 6;     // In widths.
constexpr double kGridReach = 4;       // In widths, twice: spreading, and gathering.

double Weight(double distance, double width) {
  const double ratio = distance / width;
  return std::exp(-ratio * ratio / 2);
}

// Weighted sums of values at consecutive places, of which the first is forgotten again and again.
class SlidingSums {
 public:
  explicit SlidingSums(size_t size) : size_(size), sums_(8 * size), weights_(8 * size) {}

  // Adds `value`, weighted with `taps`, to the places from `place` on.
  void Add(size_t place, std::span<const double> taps, double value) {
    double* const sums = sums_.data() + first_ + place;
    double* const weights = weights_.data() + first_ + place;
    for (size_t i = 0; i < taps.size(); ++i) {
      sums[i] += taps[i] * value;
      weights[i] += taps[i];
    }
  }

  double Mean() const { return sums_[first_] / weights_[first_]; }  // At the first place.

  // Of the places from `place` on, each once more weighted with `taps`.
  double Mean(size_t place, std::span<const double> taps) const {
    const double* const sums = sums_.data() + first_ + place;
    const double* const weights = weights_.data() + first_ + place;
    double sum = 0;
    double weight = 0;
    for (size_t i = 0; i < taps.size(); ++i) {
      sum += taps[i] * sums[i];
      weight += taps[i] * weights[i];
    }
    return sum / weight;
  }

  void DropFirst() {
    ++first_;
    if (first_ + size_ < sums_.size()) return;
    for (std::vector<double>* numbers : {&sums_, &weights_}) {
      const auto first = numbers->begin() + static_cast<ptrdiff_t>(first_);
      std::fill(std::copy(first, numbers->end(), numbers->begin()), numbers->end(), 0);
    }
    first_ = 0;
  }

 private:
  size_t size_;
  size_t first_ = 0;
  std::vector<double> sums_;
  std::vector<double> weights_;
};

// Adds each value to the sums of the points that it reaches. The first place is `reach` points
// before the value.
class DirectKernel : public SmoothingKernel {
 public:
  explicit DirectKernel(std::shared_ptr<const GaussianWeights> weights)
      : weights_(std::move(weights)), sums_(weights_->taps.size()) {}

  void Add(std::span<const double> /*xs*/, std::span<const double> values,
           std::vector<double>& smoothed) override {
    for (const double value : values) {
      sums_.Add(0, weights_->taps, value);
      if (count_++ >= weights_->reach) smoothed.push_back(sums_.Mean());
      sums_.DropFirst();
    }
  }

  void Finish(std::vector<double>& smoothed) override {
    for (size_t i = 0; i < weights_->reach; ++i) {
      if (count_ + i >= weights_->reach) smoothed.push_back(sums_.Mean());
      sums_.DropFirst();
    }
  }

 private:
  std::shared_ptr<const GaussianWeights> weights_;
  SlidingSums sums_;
  size_t count_ = 0;
};

// Grid place k lies at point k * spacing; the points from there to the next are its block. A point
// of block b is spread to the places b - reach to b + reach + 1, and is gathered from the same ones
// once no point can reach the last of them any more: when block b + 2 * reach + 1 is complete.
class GridKernel : public SmoothingKernel {
 public:
  explicit GridKernel(std::shared_ptr<const GaussianWeights> weights)
      : weights_(std::move(weights)),
        lag_(2 * weights_->reach + 1),
        sums_(lag_ + 2 * weights_->reach + 2) {}

  void Add(std::span<const double> /*xs*/, std::span<const double> values,
           std::vector<double>& smoothed) override {
    for (const double value : values) {
      sums_.Add(FirstPlace(), Taps(phase_), value);
      if (++phase_ == weights_->spacing) NextBlock(weights_->spacing, smoothed);
    }
  }

  void Finish(std::vector<double>& smoothed) override {
    // The last block may hold fewer points, and those behind it hold none.
    const size_t in_last = std::exchange(phase_, 0);
    const size_t last = block_;
    while (emitted_blocks_ < last) NextBlock(weights_->spacing, smoothed);
    while (emitted_blocks_ == last && in_last > 0) NextBlock(in_last, smoothed);
  }

 private:
  std::span<const double> Taps(size_t phase) const {
    const size_t size = 2 * weights_->reach + 2;
    return std::span(weights_->taps).subspan(phase * size, size);
  }
  // Of the sums, whose first place is that of the oldest block that was not gathered yet; in the
  // beginning there are fewer such blocks than `lag_`.
  size_t FirstPlace() const { return block_ - emitted_blocks_; }

  void NextBlock(size_t size, std::vector<double>& smoothed) {
    phase_ = 0;
    if (block_++ < emitted_blocks_ + lag_) return;
    for (size_t phase = 0; phase < size; ++phase) smoothed.push_back(sums_.Mean(0, Taps(phase)));
    sums_.DropFirst();
    ++emitted_blocks_;
  }

  std::shared_ptr<const GaussianWeights> weights_;
  size_t lag_;
  SlidingSums sums_;
  size_t block_ = 0;  // That is being filled.
  size_t phase_ = 0;  // How many of its points there are.
  size_t emitted_blocks_ = 0;
};

}  // namespace

GaussianWeights::GaussianWeights(double width) {
  if (width < kMinGridWidth) {
    reach = static_cast<size_t>(std::ceil(kDirectReach * width));
    for (size_t i = 0; i <= 2 * reach; ++i) {
      taps.push_back(Weight(static_cast<double>(i) - static_cast<double>(reach), width));
    }
    return;
  }
  spacing = static_cast<size_t>(width / kPlacesAWidth);
  reach = static_cast<size_t>(std::ceil(kGridReach * width / static_cast<double>(spacing)));
  const double half_width = width / std::numbers::sqrt2;
  for (size_t phase = 0; phase < spacing; ++phase) {
    for (size_t tap = 0; tap < 2 * reach + 2; ++tap) {
      const double place =
          (static_cast<double>(tap) - static_cast<double>(reach)) * static_cast<double>(spacing);
      taps.push_back(Weight(place - static_cast<double>(phase), half_width));
    }
  }
}

std::unique_ptr<SmoothingKernel> MakeGaussianKernel(
    std::shared_ptr<const GaussianWeights> weights) {
  if (weights->spacing == 0) return std::make_unique<DirectKernel>(std::move(weights));
  return std::make_unique<GridKernel>(std::move(weights));
}

}  // namespace stepscope
