#include "plugins/images/images.h"

#include "plugin/content_version.h"
#include "plugin/image_series.h"
#include "plugins/images/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kReads[] = {kImagesPlugin};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatImageTags},
    {"images", CompatImages},
    {"individualImage", CompatIndividualImage},
};

}  // namespace

const Plugin kImages = {
    .name = kImagesPlugin,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "images",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-image-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
