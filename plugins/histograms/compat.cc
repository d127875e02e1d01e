#include "plugins/histograms/compat.h"

#include <cstdint>
#include <string>

#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 51;  // histograms_plugin.py, SAMPLE_SIZE.

void AppendHistogram(const Histogram& histogram, std::string& out) {
  for (const HistogramBucket& bucket : histogram.buckets) {
    AppendSeparator(out);
    const double numbers[] = {bucket.left, bucket.right, bucket.count};
    AppendTensorNumbers(histogram.dtype, numbers, out);
  }
}

}  // namespace

Result<Response> CompatHistogramTags(const Request&, const Context& context) {
  return TagsResponse(context, IsHistogramSeries);
}

Result<Response> CompatHistograms(const Request& request, const Context& context) {
  return CompatHistogramResponse(request, context, kDefaultSamples, AppendHistogram);
}

}  // namespace stepscope
