// Statistics over what several runs say at one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stepscope {

enum class Statistic : uint8_t {
  kCount,
  kMean,
  kMedian,
  kMin,
  kMax,
  kStd,       // Of the sample: the sum of squares divided by n - 1.
  kStderr,    // std / sqrt(n)
  kCi95Low,   // The mean and 95 % to either side, by Student's t with n - 1 degrees of freedom.
  kCi95High,  //
  kIqm,       // The mean without the lowest and the highest n / 4 (rounded down) values.
};

// The quantile 0.975 of Student's t, to 1e-10; `degrees` > 0. Takes time in proportion to it.
double StudentT975(uint32_t degrees);

class Aggregator {
 public:
  explicit Aggregator(std::vector<Statistic> wanted);

  size_t size() const { return wanted_.size(); }
  // Puts each wanted statistic of `values`, whose order it changes, into `row`. Not a number where
  // there are too few values: none, or one where it takes a spread.
  void Read(std::span<double> values, std::span<double> row);

 private:
  bool Wants(Statistic statistic) const;
  double T975(size_t count);

  std::vector<Statistic> wanted_;
  bool wants_mean_;
  bool wants_spread_;
  std::vector<double> t_;  // By number of values; 0 where not computed yet.
};

}  // namespace stepscope
