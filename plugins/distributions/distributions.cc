#include "plugins/distributions/distributions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "plugin/histogram_series.h"
#include "plugins/distributions/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kReads[] = {kHistogramsPlugin};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatDistributionTags},
    {"distributions", CompatDistributions},
};

// The counts' running sum, scaled so that all of them are 10,000.
std::vector<double> CumulativeShares(std::span<const HistogramBucket> buckets) {
  double total = 0;
  for (const HistogramBucket& bucket : buckets) total += bucket.count;
  if (total == 0) total = 1;
  std::vector<double> shares;
  shares.reserve(buckets.size());
  double sum = 0;
  for (const HistogramBucket& bucket : buckets) {
    sum += bucket.count * kBasisPoints.back() / total;
    shares.push_back(sum);
  }
  return shares;
}

}  // namespace

std::array<double, kBasisPoints.size()> CompressHistogram(
    std::span<const HistogramBucket> buckets) {
  std::array<double, kBasisPoints.size()> values{};
  if (buckets.empty()) return values;
  const double lowest = buckets.front().left;
  const double highest = buckets.back().right;
  const std::vector<double> shares = CumulativeShares(buckets);
  values.fill(highest);
  for (size_t k = 0; k < kBasisPoints.size(); ++k) {
    const double point = kBasisPoints[k];
    const auto is_behind = [](double value, double share) {
      return value < share || std::isnan(share);
    };
    auto i = static_cast<size_t>(std::upper_bound(shares.begin(), shares.end(), point, is_behind) -
                                 shares.begin());
    // Buckets that add nothing have no inside.
    while (i < shares.size() && shares[i] == (i > 0 ? shares[i - 1] : 0)) ++i;
    if (i == shares.size()) break;
    const double before = i > 0 ? shares[i - 1] : 0;
    const double left = before == 0 ? lowest : std::max(buckets[i - 1].right, lowest);
    const double right = std::min(buckets[i].right, highest);
    values[k] = left + (point - before) * (right - left) / (shares[i] - before);
  }
  return values;
}

const Plugin kDistributions = {
    .name = "distributions",
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "distributions",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-distribution-dashboard"},
};

}  // namespace stepscope
