#include "plugins/pr_curves/compat.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/compat_answer.h"
#include "plugin/value_reader.h"
#include "plugins/pr_curves/pr_curves.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 100;  // pr_curves_plugin.py, _DEFAULT_DOWNSAMPLING.
// Of one answer, whose JSON takes some 100 bytes a threshold: five thousand curves of a hundred.
constexpr uint64_t kMaxAnswerThresholds = 1 << 19;

void AppendCounts(std::string_view name, std::span<const int64_t> counts, std::string& out) {
  out.append(", \"").append(name).append("\": [");
  for (const int64_t count : counts) {
    AppendSeparator(out);
    out += std::to_string(count);
  }
  out += ']';
}

void AppendCurve(const ValuePoint& point, const PrCurve& curve, std::string& out) {
  out += R"({"wall_time": )";
  AppendJsonNumber(point.wall_time, out);
  out += R"(, "step": )" + std::to_string(point.step) + R"(, "precision": )";
  AppendTensorNumbers(curve.dtype, curve.precision, out);
  out += R"(, "recall": )";
  AppendTensorNumbers(curve.dtype, curve.recall, out);
  AppendCounts("true_positives", curve.true_positives, out);
  AppendCounts("false_positives", curve.false_positives, out);
  AppendCounts("true_negatives", curve.true_negatives, out);
  AppendCounts("false_negatives", curve.false_negatives, out);
  out += R"(, "thresholds": )";
  AppendTensorNumbers(DataType::kDouble, curve.thresholds, out);
  out += '}';
}

Status AppendRun(const FoundSeries& found, const Context& context, ValueReader& reader,
                 uint64_t& thresholds_left, std::string& out) {
  const uint64_t limit = context.options.SamplesFor(kPrCurves.name, kDefaultSamples);
  out += '[';
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    ASSIGN_OR_RETURN(const std::optional<StoredValue> value, reader.Read(found, point));
    if (!value) continue;
    ASSIGN_OR_RETURN(const std::optional<PrCurve> curve, PrCurveOf(*value, kMaxAnswerThresholds));
    if (!curve) continue;
    if (curve->thresholds.size() > thresholds_left) {
      return Error{Code::kResourceExhausted,
                   "the curves asked for have more than " + std::to_string(kMaxAnswerThresholds) +
                       " thresholds; ask for fewer with --samples_per_plugin"};
    }
    thresholds_left -= curve->thresholds.size();
    AppendSeparator(out);
    AppendCurve(point, *curve, out);
  }
  out += ']';
  return {};
}

}  // namespace

Result<Response> CompatPrCurveTags(const Request&, const Context& context) {
  return TagsResponse(context, IsPrCurveSeries);
}

Result<Response> CompatPrCurves(const Request& request, const Context& context) {
  const auto runs = request.QueryAll("run");
  if (runs.empty()) return Response::Text(400, "No runs provided when fetching PR curve data");
  const auto tag = request.Query("tag");
  if (!tag || tag->empty()) {
    return Response::Text(400, "No tag provided when fetching PR curve data");
  }
  SeriesFinder finder(context.snapshot, IsPrCurveSeries);
  ValueReader reader(context.files);
  uint64_t thresholds_left = kMaxAnswerThresholds;
  std::set<std::string_view> answered;
  std::string body = "{";
  for (const std::string_view run : runs) {
    const FoundSeries found = finder.Find(run, *tag);
    if (found.series == nullptr) {
      return Response::Text(400, "No PR curves could be found for run " + PythonRepr(run) +
                                     " and tag " + PythonRepr(tag));
    }
    if (!answered.insert(run).second) continue;
    AppendSeparator(body);
    AppendJsonString(run, body);
    body += ": ";
    RETURN_IF_ERROR(AppendRun(found, context, reader, thresholds_left, body));
  }
  return JsonResponse(body + "}");
}

}  // namespace stepscope
