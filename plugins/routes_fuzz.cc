// Any request to any route of any dashboard: answered or refused with a sentence, and JSON that is
// JSON.
//
// Input: how to ask in the first byte (GET, or POST of JSON, a form, a multipart form), the target
// up to the first newline, the body.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "plugin/plugin.h"
#include "testing/golden_world.h"

namespace stepscope {
namespace {

// A run with a series of each kind.
const std::vector<std::string> kEvents = {
    "metadata h plugin=histograms description=*h*",
    "metadata im plugin=images",
    "metadata au plugin=audio content=100b",
    "metadata t plugin=text",
    "metadata pr plugin=pr_curves",
    "metadata keras plugin=graph_keras_model content=31",
    "metadata trace plugin=graph_run_metadata content=31",
    "metadata m_VERTEX plugin=mesh content=12016d18012a027b7d3203010203",
    "metadata custom_scalars__config__ plugin=custom_scalars",
    "strings custom_scalars__config__ 0 = - hex:120A0A016312050A01741200",
    ("metadata _hparams_/session_start_info plugin=hparams content="
     "1A270A080A016F12031A01610A0F0A026C72120911000000000000E03F0A070A016212022001220167"),
    "tensor _hparams_/session_start_info 0 = f32 0 -",
    "scalar loss 0..9 = 1,2,nan",
    "scalar x 0..9 = step",
    "tensor h 0..2 = f64 2,3 0,1,2,1,2,3",
    "histogram old 0 = 0 5 1,9 1,2",
    "strings im 0..1 = 4 1 1 hex:89504E470D0A1A0A hex:FFD8FF",
    "strings au 0 = 2,2 one label two label",
    "strings t 0..1 = 2,2 a **b** <i> d",
    (R"(strings keras 0 = - "{\"config\": {\"name\": \"m\", \"layers\": [)"
     R"({\"config\": {\"name\": \"a\"}}]}}")"),
    "strings trace 0 = - hex:220912070a050a016e1200",
    "tensor pr 0 = f32 6,2 5,4,1,0,2,2,3,3,1,1,1,1",
    "tensor m_VERTEX 0 = f32 1,2,3 0,1,2,3,4,5",
};

// What the projector reads of it.
const std::vector<std::pair<std::string, std::vector<std::string>>> kFiles = {
    {"r/projector_config.pbtxt",
     {R"(embeddings { tensor_name: "e" tensor_path: "t.tsv" metadata_path: "t.tsv")",
      R"(bookmarks_path: "b.json" sprite { image_path: "t.tsv" } })",
      R"(embeddings { tensor_name: "up" tensor_path: "../x" metadata_path: "/x" })"}},
    {"r/t.tsv", {"1\t2", "3\t4"}},
    {"r/b.json", {"[]"}},
};

GoldenWorld& World() {
  static GoldenWorld* const world = [] {
    auto* const made = new GoldenWorld(AllPlugins(), CheckSeries);
    CHECK(made->Apply("events r file=1", kEvents).has_value());
    for (const auto& [path, lines] : kFiles) CHECK(made->Apply("file " + path, lines).has_value());
    made->Load();
    return made;
  }();
  return *world;
}

void Check(uint8_t how, std::string_view target, std::string_view body) {
  constexpr std::string_view kTypes[] = {"", "application/json",
                                         "application/x-www-form-urlencoded",
                                         "multipart/form-data; boundary=b"};
  const Method method = how % 4 == 0 ? Method::kGet : Method::kPost;
  const std::string_view accept = how & 4 ? "application/json" : "";
  const auto answer = World().Ask(method, target, std::string(body), kTypes[how % 4], accept);
  if (!answer) return;  // No address, or no route.
  CHECK(answer->status < 500);
  CHECK(answer->status == 200 || !answer->body.empty());
  if (answer->status == 200 && answer->content_type == "application/json") {
    CHECK(nlohmann::json::accept(answer->body));
  }
}

}  // namespace
}  // namespace stepscope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t line = std::min(rest.find('\n'), rest.size());
  const std::string_view body = line < rest.size() ? rest.substr(line + 1) : std::string_view();
  stepscope::Check(data[0], rest.substr(0, line), body);
  return 0;
}
