#include "plugins/distributions/compat.h"

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"
#include "plugins/distributions/distributions.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 501;  // distributions_plugin.py, SAMPLE_SIZE.

void AppendDistribution(const Histogram& histogram, std::string& out) {
  const auto values = CompressHistogram(histogram.buckets);
  for (size_t i = 0; i < values.size(); ++i) {
    AppendSeparator(out);
    out += '[' + std::to_string(kBasisPoints[i]) + ", ";
    AppendJsonNumber(values[i], out);
    out += ']';
  }
}

}  // namespace

Result<Response> CompatDistributionTags(const Request&, const Context& context) {
  return TagsResponse(context, IsHistogramSeries);
}

Result<Response> CompatDistributions(const Request& request, const Context& context) {
  return CompatHistogramResponse(request, context, kDefaultSamples, AppendDistribution);
}

}  // namespace stepscope
