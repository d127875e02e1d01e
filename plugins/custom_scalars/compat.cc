#include "plugins/custom_scalars/compat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugin/proto_json.h"
#include "plugin/scalar_series.h"
#include "plugin/user_pattern.h"
#include "plugins/custom_scalars/custom_scalars.h"

namespace stepscope {
namespace {

Response EventsResponse(bool is_valid, const std::string& events) {
  return JsonResponse(std::string(R"({"regex_valid": )") + (is_valid ? "true" : "false") +
                      R"(, "tag_to_events": {)" + events + "}}");
}

}  // namespace

Result<Response> CompatLayout(const Request&, const Context& context) {
  ASSIGN_OR_RETURN(const auto layout, MergeLayouts(context));
  std::string body;
  if (layout) AppendProtoJson(*layout, body);
  return JsonResponse(layout ? std::move(body) : "{}");
}

Result<Response> CompatCustomScalars(const Request& request, const Context& context) {
  const auto tag = request.Query("tag");
  const auto name = request.Query("run");
  if (!tag || tag->empty()) return EventsResponse(false, "");
  auto pattern = UserPattern::Parse(ToValidUtf8(*tag), context.clock);
  if (!pattern) return EventsResponse(false, "");
  if (!name) return Error{Code::kInvalidArgument, "run must be specified"};

  const RunSnapshot* const run = SeriesFinder(context.snapshot, IsScalarSeries).FindRun(*name);
  if (run == nullptr) return EventsResponse(true, "");
  std::string events;
  uint64_t points_left = kMaxCompatAnswerPoints;
  for (const Series& series : run->series) {
    if (!IsScalarSeries(series)) continue;
    const std::string shown = ToValidUtf8(series.info->tag);
    ASSIGN_OR_RETURN(const bool is_match, pattern->Matches(shown, UserPattern::Where::kAtStart));
    if (!is_match) continue;
    const std::vector<ExactPoint> points = ReadCompatScalars({run, &series}, context);
    RETURN_IF_ERROR(SpendOnAnswer(points, points_left));
    if (!events.empty()) events += ", ";
    AppendJsonString(shown, events);
    events += ": ";
    AppendJsonPoints(points, events);
  }
  return EventsResponse(true, events);
}

Result<Response> CompatCustomScalarsDownload(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const RunAndTag names, RequireRunAndTag(request));
  return CompatScalarsResponse(names.run, names.tag, request.Query("format"), context);
}

}  // namespace stepscope
