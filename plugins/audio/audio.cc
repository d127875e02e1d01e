#include "plugins/audio/audio.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "plugin/content_version.h"
#include "plugins/audio/compat.h"
#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "audio";
constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatAudioTags},
    {"audio", CompatAudio},
    {"individualAudio", CompatIndividualAudio},
};

}  // namespace

bool IsAudioSeries(const Series& series) {
  return series.info->kind == SeriesKind::kBlob && series.info->plugin_name == kPluginName;
}

// AudioPluginData (tensorboard/plugins/audio/plugin_data.proto): encoding = 2, an enum whose one
// name is WAV = 11.
std::string_view AudioTypeOf(const SeriesInfo& info) {
  constexpr uint64_t kWav = 11;
  uint64_t encoding = 0;
  ProtoReader reader(std::as_bytes(std::span(info.plugin_content)));
  for (ProtoField field; reader.Next(field);) {
    if (field.Is(2, WireType::kVarint)) encoding = field.scalar;
  }
  return reader.ok() && encoding == kWav ? "audio/wav" : "application/octet-stream";
}

const Plugin kAudio = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "audio",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-audio-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
