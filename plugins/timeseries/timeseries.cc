#include "plugins/timeseries/timeseries.h"

#include "plugin/histogram_series.h"
#include "plugin/image_series.h"
#include "plugin/scalar_series.h"
#include "plugins/timeseries/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kReads[] = {kScalarsPlugin, kHistogramsPlugin, kImagesPlugin};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatTimeseriesTags},
    {"timeSeries", CompatTimeseries},
    {"imageData", CompatImageData},
};

}  // namespace

const Plugin kTimeseries = {
    .name = "timeseries",
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "Time Series", .loading_type = "NG_COMPONENT"},
};

}  // namespace stepscope
