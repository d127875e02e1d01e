#include "plugins/projector/projector.h"

#include "plugins/projector/compat.h"
#include "plugins/projector/projector_run.h"

namespace stepscope {
namespace {

constexpr Route kCompatRoutes[] = {
    {"runs", CompatProjectorRuns},           {"info", CompatProjectorInfo},
    {"tensor", CompatProjectorTensor},       {"metadata", CompatProjectorMetadata},
    {"bookmarks", CompatProjectorBookmarks}, {"sprite_image", CompatProjectorSprite},
};

}  // namespace

const Plugin kProjector = {
    .name = "projector",
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "projector", .loading_type = "IFRAME", .disable_reload = true},
    .has_data = HasProjectorRuns,
};

}  // namespace stepscope
