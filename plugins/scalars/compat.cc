#include "plugins/scalars/compat.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/markdown.h"
#include "base/strings.h"
#include "plugin/compat_points.h"
#include "plugins/scalars/point_text.h"
#include "plugins/scalars/scalars.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 1000;  // scalars_plugin.py, _DEFAULT_DOWNSAMPLING.

// All runs' tags are one answer. A thousand runs of a hundred described tags fit.
constexpr size_t kMaxTagsHtmlBytes = 32 * 1024 * 1024;

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

Response JsonResponse(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

// Text as Python's repr() shows it, which is how upstream's messages quote.
std::string PythonRepr(std::optional<std::string_view> text) {
  if (!text) return "None";
  const bool has_single = text->find('\'') != std::string_view::npos;
  const char quote = has_single && text->find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : *text) {
    constexpr char kHex[] = "0123456789abcdef";
    const auto byte = static_cast<uint8_t>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

Result<Response> CompatTags(const Request&, const Context& context) {
  DescriptionRenderer descriptions(kMaxTagsHtmlBytes);
  std::string body = "{";
  for (const auto& run : context.snapshot.runs) {
    if (std::ranges::none_of(run->series, IsScalarSeries)) continue;
    if (body.size() > 1) body += ", ";
    AppendJsonString(run->name, body);
    body += ": {";
    bool is_first = true;
    for (const Series& series : run->series) {
      const SeriesInfo& info = *series.info;
      if (!IsScalarSeries(series) || info.is_hidden) continue;
      if (!std::exchange(is_first, false)) body += ", ";
      AppendJsonString(info.tag, body);
      body += R"(: {"displayName": )";
      AppendJsonString(info.display_name, body);
      body += R"(, "description": )";
      AppendJsonString(descriptions.Render(info.description), body);
      body += '}';
    }
    body += '}';
  }
  body += '}';
  return JsonResponse(std::move(body));
}

Result<Response> CompatScalars(const Request& request, const Context& context) {
  const auto tag = request.Query("tag");
  const auto run = request.Query("run");
  if (!tag || !run) {
    return Error{Code::kInvalidArgument, "Both run and tag must be specified: tag=" +
                                             PythonRepr(tag) + ", run=" + PythonRepr(run)};
  }
  const FoundSeries found = FindScalarSeries(context.snapshot, *run, *tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound,
                 "No scalar data for run=" + PythonRepr(run) + ", tag=" + PythonRepr(tag)};
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
  SeriesFinder finder(context.snapshot);
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
