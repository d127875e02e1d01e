#include "plugins/histograms/histograms.h"

#include "plugin/content_version.h"
#include "plugin/histogram_series.h"
#include "plugins/histograms/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kReads[] = {kHistogramsPlugin};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatHistogramTags},
    {"histograms", CompatHistograms},
};

}  // namespace

const Plugin kHistograms = {
    .name = "histograms",
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "histograms",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-histogram-dashboard"},
    .check = CheckContentVersionOrJson,
};

}  // namespace stepscope
