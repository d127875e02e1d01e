#include "plugins/hparams/hparams.h"

#include "plugin/content_version.h"
#include "plugins/hparams/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kReads[] = {"hparams"};

constexpr Route kCompatRoutes[] = {
    {"experiment", CompatExperiment},
    {"session_groups", CompatSessionGroups},
    {"metric_evals", CompatMetricEvals},
    {"download_data", CompatHparamsDownload},
};

}  // namespace

const Plugin kHparams = {
    .name = "hparams",
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "hparams",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-hparams-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
