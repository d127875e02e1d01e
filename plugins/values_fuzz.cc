// Any bytes as what a file holds for a dashboard: its plugin content and a value. Ingest takes them
// or counts them, and every route about them answers or refuses with a sentence.
//
// Input: the dashboard in the first byte; in the second, which field of Summary.Value the value is;
// the length of the plugin content in the third; the content; the value.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "plugin/plugin.h"
#include "testing/event_file.h"
#include "testing/golden_world.h"
#include "wire/proto_writer.h"

namespace stepscope {
namespace {

struct Dashboard {
  std::string_view plugin;
  std::vector<std::string_view> questions;
};

const std::vector<Dashboard>& Dashboards() {
  static const std::vector<Dashboard> dashboards = {
      {"scalars", {"scalars/tags", "scalars/scalars?run=r&tag=t"}},
      {"images", {"images/tags", "images/images?run=r&tag=t"}},
      {"audio", {"audio/tags", "audio/audio?run=r&tag=t"}},
      {"histograms",
       {"histograms/tags", "histograms/histograms?run=r&tag=t",
        "distributions/distributions?run=r&tag=t"}},
      {"text", {"text/tags", "text/text?run=r&tag=t", "text/text?run=r&tag=t&markdown=false"}},
      {"pr_curves", {"pr_curves/tags", "pr_curves/pr_curves?run=r&tag=t"}},
      {"mesh",
       {"mesh/tags", "mesh/meshes?run=r&tag=t",
        "mesh/meshes?run=r&tag=", "mesh/data?run=r&tag=t&content_type=VERTEX",
        "mesh/data?run=r&tag=t&content_type=FACE", "mesh/data?run=r&tag=t&content_type=COLOR"}},
  };
  return dashboards;
}

std::string Hex(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) text += {kHex[static_cast<uint8_t>(c) >> 4], kHex[c & 15]};
  return text;
}

Response Ask(GoldenWorld& world, std::string_view target) {
  const auto answer =
      world.Ask(Method::kGet, "/data/plugin/" + std::string(target), "", "", "application/json");
  CHECK(answer.has_value());
  CHECK(answer->status < 500);
  if (answer->status == 200 && answer->content_type == "application/json") {
    CHECK(nlohmann::json::accept(answer->body));
  }
  return *answer;
}

// Every picture or sound that a list names is there.
void AskForBlobs(GoldenWorld& world, std::string_view list) {
  constexpr size_t kMaxAsked = 4;
  const auto entries = nlohmann::json::parse(list, nullptr, false);
  if (!entries.is_array()) return;
  for (size_t i = 0; i < std::min(entries.size(), kMaxAsked); ++i) {
    if (!entries[i].is_object() || !entries[i].contains("query")) continue;
    const std::string query = entries[i]["query"];
    const bool is_sound = query.find("content_type") != std::string::npos;
    Ask(world, (is_sound ? "audio/individualAudio?" : "images/individualImage?") + query);
  }
}

void Check(uint8_t which, uint8_t field, std::string_view content, std::string_view message) {
  const Dashboard& dashboard = Dashboards()[which % Dashboards().size()];
  constexpr uint32_t kFields[] = {8, 4, 5, 6};  // Tensor, image, histogram, audio.
  const std::string value =
      OldValue("t", kFields[field % 4], message, Metadata(dashboard.plugin, content));
  std::string summary;
  ProtoWriter(summary).Bytes(1, value);
  std::string event;
  ProtoWriter(event).Bytes(5, summary);
  GoldenWorld world(AllPlugins(), CheckSeries);
  CHECK(world.Apply("events r file=1", {"bytes " + Hex(event)}).has_value());
  world.Load();
  for (const std::string_view question : dashboard.questions) {
    const Response answer = Ask(world, question);
    if (answer.status == 200) AskForBlobs(world, answer.body);
  }
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kHead = 3;
  if (size < kHead) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + kHead), size - kHead);
  const std::string_view content = rest.substr(0, data[2]);
  stepscope::Check(data[0], data[1], content, rest.substr(content.size()));
  return 0;
}
