#include "plugins/histograms/compat.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 51;  // histograms_plugin.py, SAMPLE_SIZE.

void AppendHistogram(const Histogram& histogram, std::string& out) {
  out += '[';
  AppendJsonNumber(histogram.wall_time, out);
  out += ", " + std::to_string(histogram.step) + ", [";
  for (const HistogramBucket& bucket : histogram.buckets) {
    AppendSeparator(out);
    const double numbers[] = {bucket.left, bucket.right, bucket.count};
    AppendTensorNumbers(histogram.dtype, numbers, out);
  }
  out += "]]";
}

}  // namespace

Result<Response> CompatHistogramTags(const Request&, const Context& context) {
  return TagsResponse(context, IsHistogramSeries);
}

Result<Response> CompatHistograms(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const FoundSeries found, FindHistograms(request, context));
  const uint64_t limit = context.options.SamplesFor(kHistogramsPlugin, kDefaultSamples);
  ASSIGN_OR_RETURN(const std::vector<Histogram> histograms,
                   ReadCompatHistograms(found, limit, context));
  std::string body = "[";
  for (const Histogram& histogram : histograms) {
    AppendSeparator(body);
    AppendHistogram(histogram, body);
  }
  return JsonResponse(body + "]");
}

}  // namespace stepscope
