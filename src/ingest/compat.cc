#include "ingest/compat.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/strings.h"

namespace stepscope {
namespace {

// tensorboard/dataclass_compat.py: what a plugin's values are where the file does not say.
DataClass DataClassOf(std::string_view plugin_name) {
  constexpr std::pair<std::string_view, DataClass> kClasses[] = {
      {"scalars", DataClass::kScalar},
      {"histograms", DataClass::kTensor},
      {"text", DataClass::kTensor},
      {"hparams", DataClass::kTensor},
      {"pr_curves", DataClass::kTensor},
      {"mesh", DataClass::kTensor},
      {"custom_scalars", DataClass::kTensor},
      {"images", DataClass::kBlobSequence},
      {"audio", DataClass::kBlobSequence},
      {"graph_run_metadata", DataClass::kBlobSequence},
      {"graph_run_metadata_graph", DataClass::kBlobSequence},
      {"graph_keras_model", DataClass::kBlobSequence},
  };
  for (const auto& [name, data_class] : kClasses) {
    if (name == plugin_name) return data_class;
  }
  return DataClass::kUnknown;
}

SeriesKind KindOf(DataClass data_class) {
  switch (data_class) {
    case DataClass::kScalar:
      return SeriesKind::kScalar;
    case DataClass::kBlobSequence:
      return SeriesKind::kBlob;
    case DataClass::kTensor:
    case DataClass::kUnknown:
      return SeriesKind::kTensor;
  }
  return SeriesKind::kTensor;
}

struct OldShape {
  std::string_view plugin_name;
  std::string_view plugin_content;  // A serialized message of that plugin.
};

// tensorboard/data_compat.py: the plugin of a value from before there were plugins.
std::optional<OldShape> OldShapeOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kSimpleValue:
      return OldShape{"scalars", ""};
    case ValueKind::kHistogram:
      return OldShape{"histograms", ""};
    case ValueKind::kImage:
      return OldShape{"images", "\x10\x01"};  // converted_to_tensor.
    case ValueKind::kAudio:
      return OldShape{"audio", "\x10\x0b\x18\x01"};  // WAV, the same.
    case ValueKind::kTensor:
    case ValueKind::kObsoleteHistogram:
    case ValueKind::kNone:
      return std::nullopt;
  }
  return std::nullopt;
}

SeriesInfo DescribeBlob(std::string_view tag, std::string_view plugin_name) {
  return {.tag = std::string(tag),
          .plugin_name = std::string(plugin_name),
          .data_class = DataClass::kBlobSequence,
          .kind = SeriesKind::kBlob};
}

}  // namespace

std::optional<SeriesInfo> DescribeFirstValue(const ValueView& value, const MetadataView& metadata) {
  SeriesInfo info{.tag = std::string(value.tag), .description = std::string(metadata.description)};
  if (const auto old = OldShapeOf(value.kind)) {
    // data_compat.py replaces the metadata, but for the texts, and names the tag.
    info.plugin_name = old->plugin_name;
    info.plugin_content = old->plugin_content;
    info.display_name = metadata.display_name.empty() ? value.tag : metadata.display_name;
    info.data_class = DataClassOf(old->plugin_name);
  } else {
    const bool is_empty = value.kind != ValueKind::kTensor;
    if (is_empty && !value.metadata) return std::nullopt;
    info.plugin_name = metadata.plugin_name;
    info.plugin_content.assign(reinterpret_cast<const char*>(metadata.plugin_content.data()),
                               metadata.plugin_content.size());
    info.display_name = metadata.display_name;
    info.data_class = metadata.data_class != DataClass::kUnknown
                          ? metadata.data_class
                          : DataClassOf(metadata.plugin_name);
  }
  info.kind = KindOf(info.data_class);
  return info;
}

bool Fits(const SeriesInfo& info, ValueKind kind) {
  switch (kind) {
    case ValueKind::kSimpleValue:
      return info.kind == SeriesKind::kScalar;
    case ValueKind::kTensor:
      return true;
    case ValueKind::kHistogram:
    case ValueKind::kImage:
    case ValueKind::kAudio:
      return info.plugin_name == OldShapeOf(kind)->plugin_name && info.kind != SeriesKind::kScalar;
    case ValueKind::kObsoleteHistogram:
    case ValueKind::kNone:
      return true;  // Metadata alone, which some plugins live on.
  }
  return false;
}

SeriesInfo DescribeRunGraph() { return DescribeBlob(kRunGraphTag, kRunGraphPlugin); }
SeriesInfo DescribeMetaGraph() { return DescribeBlob(kMetaGraphTag, kMetaGraphPlugin); }
SeriesInfo DescribeTaggedRunMetadata(std::string_view tag) {
  return DescribeBlob(tag, kTaggedRunMetadataPlugin);
}

double ParseFileVersion(std::string_view text) {
  constexpr std::string_view kPrefix = "brain.Event:";
  const size_t prefix = text.rfind(kPrefix);
  if (prefix != std::string_view::npos) text.remove_prefix(prefix + kPrefix.size());
  return ParseDouble(StripWhitespace(text)).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace stepscope
