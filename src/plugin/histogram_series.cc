#include "plugin/histogram_series.h"

#include <optional>
#include <string>
#include <utility>

#include "plugin/compat_answer.h"

namespace stepscope {
namespace {

// Of one histogram; 30 are usual, thousands have been seen.
constexpr uint64_t kMaxBuckets = 1 << 18;

}  // namespace

bool IsHistogramSeries(const Series& series) {
  const SeriesInfo& info = *series.info;
  return info.kind == SeriesKind::kTensor && info.data_class == DataClass::kTensor &&
         info.plugin_name == kHistogramsPlugin;
}

Result<std::optional<std::vector<HistogramBucket>>> BucketsOf(const StoredValue& value,
                                                              HistogramPrecision precision) {
  using Buckets = std::vector<HistogramBucket>;
  constexpr uint64_t kNumbersPerBucket = 3;
  const std::vector<int64_t>& shape = value.tensor().shape();
  if (shape.size() != 2 || shape[1] != kNumbersPerBucket) return std::optional<Buckets>();
  Result<std::vector<double>> numbers = value.tensor().Doubles(kMaxBuckets * kNumbersPerBucket);
  if (!numbers) {
    if (numbers.error().code == Code::kResourceExhausted) return std::move(numbers).error();
    return std::optional<Buckets>();
  }
  if (value.was_lifted() && precision == HistogramPrecision::kFloat32ForOld) {
    for (double& number : *numbers) number = static_cast<double>(static_cast<float>(number));
  }
  Buckets buckets;
  buckets.reserve(numbers->size() / kNumbersPerBucket);
  for (size_t i = 0; i < numbers->size(); i += kNumbersPerBucket) {
    buckets.push_back({(*numbers)[i], (*numbers)[i + 1], (*numbers)[i + 2]});
  }
  return std::optional(std::move(buckets));
}

Result<std::vector<Histogram>> ReadCompatHistograms(const FoundSeries& found, uint64_t limit,
                                                    const Context& context) {
  uint64_t buckets_left = kMaxAnswerBuckets;
  ValueReader reader(context.files);
  return ReadCompatHistograms(found, limit, reader, buckets_left);
}

Result<std::vector<Histogram>> ReadCompatHistograms(const FoundSeries& found, uint64_t limit,
                                                    ValueReader& reader, uint64_t& buckets_left) {
  std::vector<Histogram> histograms;
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    ASSIGN_OR_RETURN(const std::optional<StoredValue> value, reader.Read(found, point));
    if (!value) continue;
    ASSIGN_OR_RETURN(auto buckets, BucketsOf(*value, HistogramPrecision::kFloat32ForOld));
    if (!buckets) continue;
    if (buckets->size() > buckets_left) {
      return Error{Code::kResourceExhausted,
                   "the histograms asked for have more than " + std::to_string(kMaxAnswerBuckets) +
                       " buckets; ask for fewer with --samples_per_plugin"};
    }
    buckets_left -= buckets->size();
    histograms.push_back({.wall_time = point.wall_time,
                          .step = point.step,
                          .buckets = *std::move(buckets),
                          .dtype = value->tensor().dtype()});
  }
  return histograms;
}

Result<Response> CompatHistogramResponse(const Request& request, const Context& context,
                                         uint64_t default_samples,
                                         void (*append)(const Histogram&, std::string& out)) {
  ASSIGN_OR_RETURN(const RunAndTag names, RequireRunAndTag(request));
  const FoundSeries found =
      SeriesFinder(context.snapshot, IsHistogramSeries).Find(names.run, names.tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound,
                 "No histogram tag " + PythonRepr(names.tag) + " for run " + PythonRepr(names.run)};
  }
  const uint64_t limit = context.options.SamplesFor(kHistogramsPlugin, default_samples);
  ASSIGN_OR_RETURN(const std::vector<Histogram> histograms,
                   ReadCompatHistograms(found, limit, context));
  std::string body = "[";
  for (const Histogram& histogram : histograms) {
    AppendSeparator(body);
    body += '[';
    AppendJsonNumber(histogram.wall_time, body);
    body += ", " + std::to_string(histogram.step) + ", [";
    append(histogram, body);
    body += "]]";
  }
  return JsonResponse(body + "]");
}

}  // namespace stepscope
