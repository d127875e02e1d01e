// The distributions dashboard: histograms over time, as lines of equal share. It shows what the
// histograms dashboard stores.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "plugin/plugin.h"
#include "wire/histogram_view.h"

namespace stepscope {

extern const Plugin kDistributions;

// Shares in hundredths of a percent: the bounds and the middle of a normal distribution's standard
// deviations (tensorboard/plugins/distribution/compressor.py).
inline constexpr std::array<int, 9> kBasisPoints = {0,    668,  1587, 3085, 5000,
                                                    6915, 8413, 9332, 10000};

// The value below which each of these shares lies, interpolated within buckets. All 0 without
// buckets.
std::array<double, kBasisPoints.size()> CompressHistogram(std::span<const HistogramBucket> buckets);

}  // namespace stepscope
