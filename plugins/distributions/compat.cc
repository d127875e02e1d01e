#include "plugins/distributions/compat.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"
#include "plugins/distributions/distributions.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 501;  // distributions_plugin.py, SAMPLE_SIZE.

void AppendDistribution(const Histogram& histogram, std::string& out) {
  out += '[';
  AppendJsonNumber(histogram.wall_time, out);
  out += ", " + std::to_string(histogram.step) + ", [";
  const auto values = CompressHistogram(histogram.buckets);
  for (size_t i = 0; i < values.size(); ++i) {
    AppendSeparator(out);
    out += '[' + std::to_string(kBasisPoints[i]) + ", ";
    AppendJsonNumber(values[i], out);
    out += ']';
  }
  out += "]]";
}

}  // namespace

Result<Response> CompatDistributionTags(const Request&, const Context& context) {
  return TagsResponse(context, IsHistogramSeries);
}

Result<Response> CompatDistributions(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const FoundSeries found, FindHistograms(request, context));
  const uint64_t limit = context.options.SamplesFor(kHistogramsPlugin, kDefaultSamples);
  ASSIGN_OR_RETURN(const std::vector<Histogram> histograms,
                   ReadCompatHistograms(found, limit, context));
  std::string body = "[";
  for (const Histogram& histogram : histograms) {
    AppendSeparator(body);
    AppendDistribution(histogram, body);
  }
  return JsonResponse(body + "]");
}

}  // namespace stepscope
