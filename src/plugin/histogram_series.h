// Histograms as they are stored, which two dashboards show: histograms and distributions
// (tensorboard/plugins/histogram/histograms_plugin.py).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/plugin.h"
#include "plugin/series_finder.h"
#include "plugin/value_reader.h"
#include "wire/histogram_view.h"
#include "wire/tensor_view.h"

namespace stepscope {

inline constexpr std::string_view kHistogramsPlugin = "histograms";  // The plugin_name on disk.

bool IsHistogramSeries(const Series& series);

struct Histogram {
  double wall_time = 0;
  int64_t step = 0;
  std::vector<HistogramBucket> buckets;
  DataType dtype = DataType::kDouble;  // Of the numbers, as stored.
};

enum class HistogramPrecision : uint8_t {
  kAsLogged,
  kFloat32ForOld,  // Old-style values are rounded, as upstream does when it lifts them.
};

// Nothing for what is no histogram, which is a [k, 3] tensor. RESOURCE_EXHAUSTED: it has more
// buckets than can be shown.
Result<std::optional<std::vector<HistogramBucket>>> BucketsOf(const StoredValue& value,
                                                              HistogramPrecision precision);

// What TensorBoard's routes show of a series: at most `limit` histograms (0: all) of those that its
// Python loader keeps. Values that are no histograms are left out. RESOURCE_EXHAUSTED: all of them
// together have too many buckets.
Result<std::vector<Histogram>> ReadCompatHistograms(const FoundSeries& found, uint64_t limit,
                                                    const Context& context);

// Of one answer, whose JSON takes some 60 bytes a bucket: ten thousand histograms of a hundred.
inline constexpr uint64_t kMaxAnswerBuckets = 1 << 20;
// The same for answers about several series, which share a reader and `buckets_left`.
Result<std::vector<Histogram>> ReadCompatHistograms(const FoundSeries& found, uint64_t limit,
                                                    ValueReader& reader, uint64_t& buckets_left);

// What TensorBoard's routes answer for the series that `run` and `tag` name: a list of
// [wall time, step, [...]], whose innards `append` writes. "No histogram tag 'x' for run 'y'" where
// there is none.
Result<Response> CompatHistogramResponse(const Request& request, const Context& context,
                                         uint64_t default_samples,
                                         void (*append)(const Histogram&, std::string& out));

}  // namespace stepscope
