// The C++ half of a dashboard, as data: what it reads and which routes it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "base/stats.h"
#include "http/request.h"
#include "http/response.h"
#include "store/snapshot.h"

namespace stepscope {

// What the server was told on the command line and plugins may need.
struct ServerOptions {
  std::string logdir;       // As the user gave it.
  std::string logdir_path;  // The path that opens it.
  std::string window_title;
  std::string path_prefix;  // "" or "/x/y".
  // --samples_per_plugin: points per series that the TensorBoard routes answer with; 0 keeps all.
  // Looks up the plugin's number, else `fallback`.
  uint64_t SamplesFor(std::string_view plugin, uint64_t fallback) const;
  std::vector<std::pair<std::string, uint64_t>> samples_per_plugin;
};

// What a handler may touch. Nothing else, so that it can be tested without a server.
struct Context {
  const Snapshot& snapshot;  // One picture for the whole request.
  const FileSystem& files;   // For bytes behind references; checked again when read.
  const Stats& stats;
  const Clock& clock;
  const ServerOptions& options;
};

struct Route {
  std::string_view path;
  // Runs on a server thread; may read files through the context, may not wait.
  Result<Response> (*handle)(const Request&, const Context&);
};

// How TensorBoard's front end loads a dashboard (http-api.md 3.1).
struct CompatListing {
  std::string_view tab_name;
  std::string_view loading_type;  // "NG_COMPONENT", "CUSTOM_ELEMENT", "IFRAME", "NONE".
  std::string_view element_name;  // For CUSTOM_ELEMENT.
  bool disable_reload = false;
};

struct Plugin {
  std::string_view name;                    // Its folder, its URL prefix and its tab.
  std::span<const std::string_view> reads;  // The plugin_name values on disk whose series it shows.
  std::span<const Route> routes;            // Below /api/<name>/.
  std::span<const Route> compat_routes;     // Below /data/plugin/<name>/.
  CompatListing compat_listing;
  // What is wrong with what is stored with a series that the plugin reads, if anything. One with
  // kPluginContentTooNew is hidden, others are shown as well as can be. May be null.
  std::optional<Stat> (*check)(const SeriesInfo&) = nullptr;
  // Whether files other than events hold something to show; asked for each listing of the plugins,
  // on a server thread. May be null.
  bool (*has_data)(const Context&) = nullptr;
};

// All dashboards of this build, in tab order (plugins/plugins.cc).
std::span<const Plugin* const> AllPlugins();

// Asks the plugin that reads the series; for ingest, which counts what it says.
std::optional<Stat> CheckSeries(const SeriesInfo& info);

}  // namespace stepscope
