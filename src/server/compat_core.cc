#include "server/compat_core.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

Response Redirect(std::string location) {
  Response response = Response::Text(302, "");
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

// Ordered by (start time, name), unknown start times (+inf) last.
Json RunNames(const Snapshot& snapshot) {
  std::vector<const RunSnapshot*> runs;
  for (const auto& run : snapshot.runs) runs.push_back(run.get());
  std::ranges::stable_sort(runs, {}, [](const RunSnapshot* run) { return run->start_time; });
  Json names = Json::array();
  for (const RunSnapshot* const run : runs) names.push_back(run->name);
  return names;
}

Json Environment(const ServerOptions& options) {
  Json samples = Json::object();
  for (const auto& [plugin, count] : options.samples_per_plugin) samples[plugin] = count;
  return {{"version", STEPSCOPE_VERSION},
          {"data_location", options.logdir},
          {"window_title", options.window_title},
          {"experiment_name", ""},
          {"experiment_description", ""},
          {"creation_time", 0.0},
          {"debug",
           {{"data_provider", "Stepscope " STEPSCOPE_VERSION},
            {"flags",
             {{"logdir", options.logdir},
              {"path_prefix", options.path_prefix},
              {"window_title", options.window_title},
              {"samples_per_plugin", std::move(samples)}}}}}};
}

Json PluginsListing(const ServerOptions& options, std::span<const Plugin* const> plugins,
                    const std::vector<uint64_t>& series, const HasData& has_data,
                    const ProxyTable* proxy) {
  Json listing = Json::object();
  for (size_t i = 0; i < plugins.size(); ++i) {
    const Plugin& plugin = *plugins[i];
    const CompatListing& compat = plugin.compat_listing;
    Json mechanism = {{"type", compat.loading_type}};
    if (compat.loading_type == "CUSTOM_ELEMENT") mechanism["element_name"] = compat.element_name;
    if (compat.loading_type == "IFRAME") {
      // The stock front end ignores it and opens plugin_entry.html.
      mechanism["module_path"] =
          options.path_prefix + "/data/plugin/" + std::string(plugin.name) + "/index.js";
    }
    listing[std::string(plugin.name)] = {
        {"disable_reload", compat.disable_reload},
        {"enabled", series[i] > 0 || has_data(plugin)},
        {"remove_dom", false},
        {"tab_name", compat.tab_name.empty() ? plugin.name : compat.tab_name},
        {"loading_mechanism", std::move(mechanism)}};
  }
  if (proxy == nullptr) return listing;
  for (const ProxiedPlugin& plugin : proxy->status().plugins) {
    listing[plugin.name] = Json::parse(plugin.listing_entry, nullptr, /*allow_exceptions=*/false);
  }
  return listing;
}

}  // namespace

void AddCompatCoreRoutes(Router& router, const SnapshotCell& snapshots,
                         const ServerOptions& options, std::span<const Plugin* const> plugins,
                         CoreApi& api, HasData has_data, const ProxyTable* proxy) {
  const auto add = [&](std::string path, auto make_json) {
    router.Add(std::move(path), [make_json](const Request&) -> Result<Response> {
      return Response::Json(make_json());
    });
  };
  add("/data/environment", [&options] { return Environment(options); });
  add("/data/logdir", [&options] { return Json{{"logdir", options.logdir}}; });
  add("/data/window_properties",
      [&options] { return Json{{"window_title", options.window_title}}; });
  add("/data/runs", [&snapshots] { return RunNames(*snapshots.Load()); });
  add("/data/experiments", [] { return Json::array(); });
  add("/data/experiment_runs", [] { return Json::array(); });
  add("/data/plugins_listing", [&options, plugins, &api, has_data = std::move(has_data), proxy] {
    return PluginsListing(options, plugins, api.CountSeries(), has_data, proxy);
  });
  router.Add("/data/notifications", [](const Request&) -> Result<Response> {
    return Redirect("../notifications_note.json");
  });
  // Pages of TensorBoard's first releases, still in bookmarks. Upstream forgets the path prefix
  // here.
  for (const std::string path : {"/audio", "/events", "/graphs", "/histograms", "/images"}) {
    router.Add(path, [&options](const Request&) -> Result<Response> {
      return Redirect(options.path_prefix + "/");
    });
  }
}

}  // namespace stepscope
