#include "app/sidecar.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "app/child_process.h"
#include "app/local_http.h"
#include "base/log.h"
#include "base/strings.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPollInterval{100};       // For the child's end and for its output.
constexpr milliseconds kListingTimeout{30'000};  // Its plugins may be slow to say what they have.
constexpr size_t kMaxPlugins = 100;              // Each is a tab.

std::optional<uint16_t> FindPort(const std::string& output) {
  static const RE2 serving(R"(TensorBoard \S+ at http://[^\s/]*:(\d+)/)");
  int port = 0;
  if (!RE2::PartialMatch(output, serving, &port) || port <= 0 || port > 65535) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(port);
}

// The end of what a dead program printed, which in Python is the reason.
std::string LastLine(std::string_view output) {
  constexpr size_t kMaxReasonBytes = 300;
  std::string_view last = "it printed nothing";
  for (const std::string_view line : Split(output, '\n')) {
    if (!StripWhitespace(line).empty()) last = StripWhitespace(line);
  }
  return ToValidUtf8(last.substr(0, kMaxReasonBytes));
}

std::string TextOf(const Json& entry, const char* name) {
  const auto found = entry.find(name);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<std::vector<ProxiedPlugin>> ParseListing(std::string_view json,
                                                const std::set<std::string, std::less<>>& own) {
  const Json listing = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!listing.is_object()) {
    return Error{Code::kUnavailable, "TensorBoard's list of plugins is none"};
  }
  std::vector<ProxiedPlugin> plugins;
  for (const auto& [name, entry] : listing.items()) {
    if (!entry.is_object() || own.contains(name) || plugins.size() == kMaxPlugins) continue;
    const auto mechanism = entry.find("loading_mechanism");
    if (mechanism == entry.end() || !mechanism->is_object() ||
        TextOf(*mechanism, "type") != "IFRAME") {
      continue;
    }
    const std::string label = TextOf(entry, "tab_name");
    const auto enabled = entry.find("enabled");
    plugins.push_back(
        {.name = name,
         .label = label.empty() ? name : label,
         .is_enabled = enabled != entry.end() && enabled->is_boolean() && enabled->get<bool>(),
         .listing_entry = entry.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  return plugins;
}

Sidecar::Sidecar(SidecarOptions options, ProxyTable& table)
    : options_(std::move(options)), table_(table) {
  table_.SetNotRunning(ProxyState::kStarting, "TensorBoard is starting");
  thread_ = std::thread([this] { Run(); });
}

Sidecar::~Sidecar() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Sidecar::Sleep(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return is_stopping_; });
}

void Sidecar::Run() {
  milliseconds pause = options_.first_pause;
  while (true) {
    bool was_running = false;
    const std::string reason = RunOnce(was_running);
    if (!Sleep(milliseconds(0))) return;
    if (was_running) pause = options_.first_pause;
    const std::string message = "TensorBoard, which runs the Python plugins, has ended: " + reason;
    LogWarning(message);
    table_.SetNotRunning(ProxyState::kFailed, message);
    if (!Sleep(pause)) return;
    pause = std::min(2 * pause, options_.last_pause);
    table_.SetNotRunning(ProxyState::kStarting,
                         "TensorBoard is being started again; before, " + reason);
  }
}

std::string Sidecar::RunOnce(bool& was_running) {
  std::vector<std::string> command = {
      options_.python,
      "-m",
      "tensorboard.main",
      "--grpc_data_provider=localhost:" + std::to_string(options_.grpc_port),
      "--logdir=" + options_.logdir,
      "--host=127.0.0.1",
      "--port=0"};
  if (!options_.path_prefix.empty()) command.push_back("--path_prefix=" + options_.path_prefix);
  Result<ChildProcess> child = ChildProcess::Start(command);
  if (!child) return child.error().message + "; choose another with --python";

  std::optional<uint16_t> port;
  auto next_listing = steady_clock::now();
  const auto start_deadline = steady_clock::now() + options_.start_timeout;
  while (Sleep(milliseconds(0))) {
    child->ReadOutput(kPollInterval);
    if (!child->IsRunning()) {
      child->ReadOutput(milliseconds(0));
      return LastLine(child->output());
    }
    if (!port) port = FindPort(child->output());
    if (!port && steady_clock::now() > start_deadline) return "it takes too long to start";
    if (!port || steady_clock::now() < next_listing) continue;
    const auto listing =
        GetFromLocalhost(*port, options_.path_prefix + "/data/plugins_listing", kListingTimeout);
    next_listing = steady_clock::now() + options_.listing_interval;
    auto plugins = listing ? ParseListing(*listing, options_.own_plugins)
                           : Result<std::vector<ProxiedPlugin>>(listing.error());
    if (plugins) {
      table_.SetRunning(*port, *std::move(plugins));
      was_running = true;
    } else if (!was_running && steady_clock::now() > start_deadline) {
      return plugins.error().message;
    }
  }
  return "";
}

}  // namespace stepscope
