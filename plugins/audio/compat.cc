#include "plugins/audio/compat.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/blob_series.h"
#include "plugin/compat_answer.h"
#include "plugins/audio/audio.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 10;  // audio_plugin.py, _DEFAULT_DOWNSAMPLING.

void AppendSamples(const Series& series, std::string& out) {
  out += R"(, "samples": )" + std::to_string(MaxCompatBlobs(series));
}

void AppendSound(const FoundSeries& found, const ValuePoint& point, uint32_t sample,
                 std::string& out) {
  const std::string_view type = AudioTypeOf(*found.series->info);
  std::string escaped_type(type);
  escaped_type.replace(escaped_type.find('/'), 1, "%2F");
  out += R"({"wall_time": )";
  AppendJsonNumber(point.wall_time, out);
  out += R"(, "label": "", "step": )" + std::to_string(point.step) + R"(, "contentType": )";
  AppendJsonString(type, out);
  out += R"(, "query": "blob_key=)" + BlobKeyOf(found, kAudio.name, point, sample) +
         "&content_type=" + escaped_type + "\"}";
}

}  // namespace

Result<Response> CompatAudioTags(const Request&, const Context& context) {
  return TagsResponse(context, IsAudioSeries, AppendSamples);
}

Result<Response> CompatAudio(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto asked, FindSample(request, context, IsAudioSeries, "audio"));
  const auto& [found, sample] = asked;
  std::string body = "[";
  const uint64_t limit = context.options.SamplesFor(kAudio.name, kDefaultSamples);
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    if (point.ref.blobs <= sample) continue;
    AppendSeparator(body);
    AppendSound(found, point, sample, body);
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatIndividualAudio(const Request& request, const Context& context) {
  const auto type = request.Query("content_type");
  const auto key = request.Query("blob_key");
  if (!type || !key) {
    return Error{Code::kInvalidArgument, "blob_key and content_type must be given"};
  }
  // Whatever a page may be made to play, it must not be made to run.
  if (*type != "audio/wav" && *type != "application/octet-stream") {
    return Error{Code::kInvalidArgument, "Illegal mime type " + PythonRepr(type)};
  }
  ASSIGN_OR_RETURN(std::string bytes, ReadKeyedBlob(*key, IsAudioSeries, context));
  Response response;
  response.content_type = *type;
  response.body = std::move(bytes);
  response.may_compress = false;
  return response;
}

}  // namespace stepscope
