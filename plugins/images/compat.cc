#include "plugins/images/compat.h"

#include <cstdint>
#include <string>
#include <utility>

#include "plugin/blob_series.h"
#include "plugin/compat_answer.h"
#include "plugin/image_series.h"

namespace stepscope {
namespace {

void AppendSamples(const Series& series, std::string& out) {
  out += R"(, "samples": )" + std::to_string(MaxPictures(series));
}

}  // namespace

Result<Response> CompatImageTags(const Request&, const Context& context) {
  return TagsResponse(context, IsImageSeries, AppendSamples);
}

Result<Response> CompatImages(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto asked, FindSample(request, context, IsImageSeries, "image"));
  const auto& [found, sample] = asked;
  std::string body = "[";
  const uint32_t index = sample + kSizeBlobs;
  const uint64_t limit = context.options.SamplesFor(kImagesPlugin, kDefaultImageSamples);
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    if (point.ref.blobs <= index) continue;
    AppendSeparator(body);
    body += R"({"wall_time": )";
    AppendJsonNumber(point.wall_time, body);
    body += R"(, "step": )" + std::to_string(point.step) + R"(, "query": "blob_key=)" +
            BlobKeyOf(found, kImagesPlugin, point, index) + "\"}";
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatIndividualImage(const Request& request, const Context& context) {
  const auto key = request.Query("blob_key");
  Result<Response> answer = KeyedImageResponse(key.value_or(""), context);
  if (!answer && answer.error().code == Code::kInvalidArgument) {
    return Response::Text(400, "Invalid run, tag, index, or sample");  // As upstream.
  }
  return answer;
}

}  // namespace stepscope
