#include "analysis/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace stepscope {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The probability that |t| is at most tan(angle) * sqrt(degrees): for whole degrees a finite sum.
double StudentWithin(double angle, uint32_t degrees) {
  const double cosine = std::cos(angle);
  double sum = 0;
  if (degrees % 2 == 1) {
    double term = cosine;
    for (uint32_t k = 1; k < degrees; k += 2) {
      sum += term;
      term *= cosine * cosine * (k + 1) / (k + 2);
    }
    return (angle + std::sin(angle) * sum) * 2 / std::numbers::pi;
  }
  double term = 1;
  for (uint32_t k = 0; k < degrees; k += 2) {
    sum += term;
    term *= cosine * cosine * (k + 1) / (k + 2);
  }
  return std::sin(angle) * sum;
}

double Median(std::span<double> values) {
  const size_t middle = values.size() / 2;
  const auto at = values.begin() + static_cast<ptrdiff_t>(middle);
  std::nth_element(values.begin(), at, values.end());
  if (values.size() % 2 == 1) return *at;
  return std::midpoint(*std::max_element(values.begin(), at), *at);
}

double InterquartileMean(std::span<double> values) {
  const size_t cut = values.size() / 4;
  const auto low = values.begin() + static_cast<ptrdiff_t>(cut);
  const auto high = values.end() - static_cast<ptrdiff_t>(cut);
  if (cut > 0) {
    std::nth_element(values.begin(), low, values.end());
    std::nth_element(low, high - 1, values.end());
  }
  const auto inner = values.subspan(cut, values.size() - 2 * cut);
  return Sum(inner) / static_cast<double>(inner.size());
}

}  // namespace

double StudentT975(uint32_t degrees) {
  CHECK(degrees > 0);
  double low = 0;
  double high = std::numbers::pi / 2;
  for (int i = 0; i < 60; ++i) {
    const double angle = (low + high) / 2;
    (StudentWithin(angle, degrees) < 0.95 ? low : high) = angle;
  }
  return std::tan(low) * std::sqrt(static_cast<double>(degrees));
}

Aggregator::Aggregator(std::vector<Statistic> wanted)
    : wanted_(std::move(wanted)),
      wants_spread_(Wants(Statistic::kStd) || Wants(Statistic::kStderr) ||
                    Wants(Statistic::kCi95Low) || Wants(Statistic::kCi95High)) {
  wants_mean_ = wants_spread_ || Wants(Statistic::kMean);
}

bool Aggregator::Wants(Statistic statistic) const {
  return std::find(wanted_.begin(), wanted_.end(), statistic) != wanted_.end();
}

double Aggregator::T975(size_t count) {
  if (t_.size() <= count) t_.resize(count + 1, 0);
  if (t_[count] == 0) t_[count] = StudentT975(static_cast<uint32_t>(count - 1));
  return t_[count];
}

void Aggregator::Read(std::span<double> values, std::span<double> row) {
  const auto count = static_cast<double>(values.size());
  const bool has_spread = wants_spread_ && values.size() > 1;
  const double mean = wants_mean_ && !values.empty() ? Sum(values) / count : kNone;
  double deviation = kNone;
  if (has_spread) {
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    deviation = std::sqrt(squares / (count - 1));
  }
  const auto of = [&](Statistic statistic) {
    if (statistic == Statistic::kCount) return count;
    if (values.empty()) return kNone;
    switch (statistic) {
      case Statistic::kMean:
        return mean;
      case Statistic::kMedian:
        return Median(values);
      case Statistic::kMin:
        return *std::min_element(values.begin(), values.end());
      case Statistic::kMax:
        return *std::max_element(values.begin(), values.end());
      case Statistic::kStd:
        return deviation;
      case Statistic::kStderr:
        return deviation / std::sqrt(count);
      case Statistic::kCi95Low:
        return has_spread ? mean - T975(values.size()) * deviation / std::sqrt(count) : kNone;
      case Statistic::kCi95High:
        return has_spread ? mean + T975(values.size()) * deviation / std::sqrt(count) : kNone;
      case Statistic::kIqm:
        return InterquartileMean(values);
      case Statistic::kCount:
        break;
    }
    return count;
  };
  for (size_t i = 0; i < wanted_.size(); ++i) row[i] = of(wanted_[i]);
}

}  // namespace stepscope
