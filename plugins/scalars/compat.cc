#include "plugins/scalars/compat.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugin/compat_answer.h"
#include "plugin/compat_points.h"
#include "plugins/scalars/point_text.h"
#include "plugins/scalars/scalars.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 1000;  // scalars_plugin.py, _DEFAULT_DOWNSAMPLING.

std::vector<ExactPoint> ReadPoints(const FoundSeries& found, const Context& context) {
  return ReadCompatPoints(*found.run, *found.series,
                          context.options.SamplesFor("scalars", kDefaultSamples));
}

void AppendPoints(const std::vector<ExactPoint>& points, std::string& out) {
  out += '[';
  for (size_t i = 0; i < points.size(); ++i) {
    if (i > 0) out += ", ";
    AppendJsonPoint(points[i], out);
  }
  out += ']';
}

}  // namespace

Result<Response> CompatTags(const Request&, const Context& context) {
  return TagsResponse(context, IsScalarSeries);
}

Result<Response> CompatScalars(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const RunAndTag names, RequireRunAndTag(request));
  const FoundSeries found = FindScalarSeries(context.snapshot, names.run, names.tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound, "No scalar data for run=" + PythonRepr(names.run) +
                                      ", tag=" + PythonRepr(names.tag)};
  }
  const std::vector<ExactPoint> points = ReadPoints(found, context);
  std::string body;
  if (request.Query("format") != "csv") {
    AppendPoints(points, body);
    return JsonResponse(std::move(body));
  }
  body = "Wall time,Step,Value\r\n";
  for (const ExactPoint& point : points) AppendCsvRow(point, body);
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = std::move(body);
  return response;
}

Result<Response> CompatScalarsMultirun(const Request& request, const Context& context) {
  if (request.method != Method::kPost) {
    Response response = Response::Text(405, "The method is not allowed for the requested URL.");
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  ASSIGN_OR_RETURN(const auto form, ParseForm(request));
  std::set<std::string_view> runs;
  std::vector<std::string_view> tags;
  for (const auto& [name, value] : form) {
    if (name == "runs") runs.insert(value);
    if (name == "tag") tags.push_back(value);
  }
  if (tags.size() != 1) {
    return Error{Code::kInvalidArgument, "tag must be specified exactly once"};
  }
  SeriesFinder finder(context.snapshot, IsScalarSeries);
  std::string body = "{";
  for (const std::string_view run : runs) {
    const FoundSeries found = finder.Find(run, tags[0]);
    if (found.series == nullptr) continue;
    if (body.size() > 1) body += ", ";
    AppendJsonString(run, body);
    body += ": ";
    AppendPoints(ReadPoints(found, context), body);
  }
  return JsonResponse(body + "}");
}

}  // namespace stepscope
