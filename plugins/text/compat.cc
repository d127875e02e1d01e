#include "plugins/text/compat.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "plugin/compat_answer.h"
#include "plugin/value_reader.h"
#include "plugins/text/text.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 100;  // text_plugin.py, _DEFAULT_DOWNSAMPLING.

}  // namespace

Result<Response> CompatTextTags(const Request&, const Context& context) {
  std::string body = "{";
  for (const auto& run : context.snapshot.runs) {
    if (std::ranges::none_of(run->series, IsTextSeries)) continue;
    AppendSeparator(body);
    AppendJsonString(run->name, body);
    body += ": [";
    for (const Series& series : run->series) {
      if (!IsTextSeries(series) || series.info->is_hidden) continue;
      AppendSeparator(body);
      AppendJsonString(series.info->tag, body);
    }
    body += ']';
  }
  return JsonResponse(body + "}");
}

Result<Response> CompatText(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const RunAndTag names, RequireRunAndTag(request));
  const FoundSeries found = SeriesFinder(context.snapshot, IsTextSeries).Find(names.run, names.tag);
  if (found.series == nullptr) return JsonResponse("[]");
  std::deque<StoredValue> values;  // The renderer looks at them until the end.
  TextRenderer renderer(request.Query("markdown") != "false");
  ValueReader reader(context.files);
  std::string body = "[";
  const uint64_t limit = context.options.SamplesFor(kText.name, kDefaultSamples);
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    ASSIGN_OR_RETURN(std::optional<StoredValue> value, reader.Read(found, point));
    if (!value) continue;
    const Result<std::string> html = renderer.Render(values.emplace_back(*std::move(value)));
    if (!html && html.error().code == Code::kResourceExhausted) return html.error();
    if (!html) continue;  // No strings.
    AppendSeparator(body);
    body += R"({"wall_time": )";
    AppendJsonNumber(point.wall_time, body);
    body += R"(, "step": )" + std::to_string(point.step) + R"(, "text": )";
    AppendJsonString(*html, body);
    body += '}';
  }
  return JsonResponse(body + "]");
}

}  // namespace stepscope
