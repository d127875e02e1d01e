#include "plugins/images/compat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "plugin/blob_series.h"
#include "plugin/compat_answer.h"
#include "plugins/images/images.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 10;  // images_plugin.py, _DEFAULT_DOWNSAMPLING.

void AppendSamples(const Series& series, std::string& out) {
  // Upstream subtracts the two sizes even where there is less.
  out += R"(, "samples": )" + std::to_string(int64_t{MaxBlobs(series)} - kSizeBlobs);
}

}  // namespace

Result<Response> CompatImageTags(const Request&, const Context& context) {
  return TagsResponse(context, IsImageSeries, AppendSamples);
}

Result<Response> CompatImages(const Request& request, const Context& context) {
  const auto run = request.Query("run");
  const auto tag = request.Query("tag");
  FoundSeries found;
  if (run && tag) found = SeriesFinder(context.snapshot, IsImageSeries).Find(*run, *tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound,
                 "No image data for run=" + PythonRepr(run) + ", tag=" + PythonRepr(tag)};
  }
  ASSIGN_OR_RETURN(const uint32_t sample, SampleOf(request));
  std::string body = "[";
  const uint32_t index = sample + kSizeBlobs;
  const uint64_t limit = context.options.SamplesFor(kImages.name, kDefaultSamples);
  for (const ValuePoint& point : SampleValues(*found.series, limit)) {
    if (point.ref.blobs <= index) continue;
    AppendSeparator(body);
    body += R"({"wall_time": )";
    AppendJsonNumber(point.wall_time, body);
    body += R"(, "step": )" + std::to_string(point.step) + R"(, "query": "blob_key=)" +
            BlobKeyOf(found, kImages.name, point, index) + "\"}";
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatIndividualImage(const Request& request, const Context& context) {
  const auto key = request.Query("blob_key");
  Result<std::string> bytes = ReadKeyedBlob(key.value_or(""), IsImageSeries, context);
  if (!bytes) {
    if (bytes.error().code != Code::kInvalidArgument) return std::move(bytes).error();
    return Response::Text(400, "Invalid run, tag, index, or sample");  // As upstream.
  }
  Response response;
  response.content_type = SniffImageType(*bytes);
  response.body = *std::move(bytes);
  response.may_compress = false;
  return response;
}

}  // namespace stepscope
