#include "plugins/scalars/compat.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugin/compat_answer.h"
#include "plugin/scalar_series.h"

namespace stepscope {

Result<Response> CompatTags(const Request&, const Context& context) {
  return TagsResponse(context, IsScalarSeries);
}

Result<Response> CompatScalars(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const RunAndTag names, RequireRunAndTag(request));
  return CompatScalarsResponse(names.run, names.tag, request.Query("format"), context);
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
    AppendJsonPoints(ReadCompatScalars(found, context), body);
  }
  return JsonResponse(body + "}");
}

}  // namespace stepscope
