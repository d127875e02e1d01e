#include "plugin/image_series.h"

#include <string>
#include <utility>

#include "plugin/blob_series.h"

namespace stepscope {

bool IsImageSeries(const Series& series) {
  return series.info->kind == SeriesKind::kBlob && series.info->plugin_name == kImagesPlugin;
}

int64_t MaxPictures(const Series& series) { return int64_t{MaxCompatBlobs(series)} - kSizeBlobs; }

std::string_view SniffImageType(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  // A BMP's header goes on with its size, four bytes that nobody uses, and where the pixels begin.
  constexpr size_t kBmpHeaderBytes = 14;
  if (bytes.starts_with("BM") && bytes.size() > kBmpHeaderBytes) return "image/bmp";
  return "application/octet-stream";
}

Result<Response> KeyedImageResponse(std::string_view key, const Context& context) {
  ASSIGN_OR_RETURN(std::string bytes, ReadKeyedBlob(key, IsImageSeries, context));
  Response response;
  response.content_type = SniffImageType(bytes);
  response.body = std::move(bytes);
  response.may_compress = false;
  return response;
}

}  // namespace stepscope
