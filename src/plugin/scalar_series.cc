#include "plugin/scalar_series.h"

#include <utility>

#include "plugin/compat_answer.h"
#include "plugin/compat_points.h"
#include "plugin/point_text.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 1000;  // scalars_plugin.py, _DEFAULT_DOWNSAMPLING.

}  // namespace

bool IsScalarSeries(const Series& series) {
  return series.info->kind == SeriesKind::kScalar && series.info->plugin_name == kScalarsPlugin;
}

FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag) {
  return SeriesFinder(snapshot, IsScalarSeries).Find(run, tag);
}

std::vector<ExactPoint> ReadCompatScalars(const FoundSeries& found, const Context& context) {
  return ReadCompatPoints(*found.run, *found.series,
                          context.options.SamplesFor(kScalarsPlugin, kDefaultSamples));
}

void AppendJsonPoints(const std::vector<ExactPoint>& points, std::string& out) {
  out += '[';
  for (size_t i = 0; i < points.size(); ++i) {
    if (i > 0) out += ", ";
    AppendJsonPoint(points[i], out);
  }
  out += ']';
}

Result<Response> CompatScalarsResponse(std::string_view run, std::string_view tag,
                                       std::optional<std::string_view> format,
                                       const Context& context) {
  const FoundSeries found = FindScalarSeries(context.snapshot, run, tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound,
                 "No scalar data for run=" + PythonRepr(run) + ", tag=" + PythonRepr(tag)};
  }
  const std::vector<ExactPoint> points = ReadCompatScalars(found, context);
  std::string body;
  if (format != "csv") {
    AppendJsonPoints(points, body);
    return JsonResponse(std::move(body));
  }
  body = "Wall time,Step,Value\r\n";
  for (const ExactPoint& point : points) AppendCsvRow(point, body);
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = std::move(body);
  return response;
}

Status SpendOnAnswer(const std::vector<ExactPoint>& points, uint64_t& left) {
  if (points.size() > left) {
    return Error{Code::kResourceExhausted, "the series asked for have more than " +
                                               std::to_string(kMaxCompatAnswerPoints) +
                                               " points; ask for fewer with --samples_per_plugin"};
  }
  left -= points.size();
  return {};
}

}  // namespace stepscope
