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

// The page in the frame of a dashboard that brings its own front end: upstream's, to the byte
// (tensorboard/backend/http_util.py, core_plugin.py), and the policy under which it may run.
constexpr std::string_view kEntryEnd =
    "/\" /></head>\n<body><script type=\"module\">import(\"./index.js\").then((m) => void "
    "m.render());</script></body>\n";
constexpr std::string_view kEntryPolicy =
    "default-src 'self'; font-src 'self' data:; img-src 'self' data: blob:; object-src 'none'; "
    "style-src 'self' data: 'unsafe-inline'; connect-src 'self'; script-src 'self' 'unsafe-eval' "
    "'sha256-PVZp/wXI2V6hq7T2aNiDNM+vJWIOWwNwyhE53i+6lSQ='";

Result<Response> PluginEntry(const Request& request, std::span<const Plugin* const> plugins) {
  const auto name = request.Query("name");
  if (!name) return Response::Text(404, "Not found");
  const auto plugin = std::ranges::find(plugins, *name, &Plugin::name);
  if (plugin == plugins.end()) return Error{Code::kNotFound, std::string(*name)};
  if ((*plugin)->compat_listing.loading_type != "IFRAME") {
    return Response::Text(400, "Plugin is not module loadable");
  }
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = "\n<!DOCTYPE html>\n<head><base href=\"plugin/" + std::string(*name);
  response.body += kEntryEnd;
  response.headers.emplace_back(kPolicyHeader, kEntryPolicy);
  return response;
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
    router.Add(std::move(path),
               [make_json = std::move(make_json)](const Request&) -> Result<Response> {
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
  router.Add("/data/plugin_entry.html",
             [plugins](const Request& request) { return PluginEntry(request, plugins); });
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
