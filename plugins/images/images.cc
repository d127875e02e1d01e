#include "plugins/images/images.h"

#include "plugin/content_version.h"
#include "plugins/images/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "images";
constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatImageTags},
    {"images", CompatImages},
    {"individualImage", CompatIndividualImage},
};

}  // namespace

bool IsImageSeries(const Series& series) {
  return series.info->kind == SeriesKind::kBlob && series.info->plugin_name == kPluginName;
}

std::string_view SniffImageType(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  // A BMP's header goes on with its size, four bytes that nobody uses, and where the pixels begin.
  constexpr size_t kBmpHeaderBytes = 14;
  if (bytes.starts_with("BM") && bytes.size() > kBmpHeaderBytes) return "image/bmp";
  return "application/octet-stream";
}

const Plugin kImages = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "images",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-image-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
