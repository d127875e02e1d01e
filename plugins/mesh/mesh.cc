#include "plugins/mesh/mesh.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include "plugin/content_version.h"
#include "plugins/mesh/compat.h"
#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "mesh";
constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatMeshTags},
    {"meshes", CompatMeshes},
    {"data", CompatMeshData},
};

constexpr size_t kMaxShape = 64;  // Dimensions; meshes have three.

// Without components, which older writers did not say, there are all three parts.
constexpr uint32_t kAllComponents = 1 << 1 | 1 << 2 | 1 << 3;

bool AppendShape(const ProtoField& field, std::vector<int32_t>& shape) {
  if (field.type == WireType::kVarint) {
    shape.push_back(static_cast<int32_t>(field.scalar));
  } else {
    ProtoReader packed(field.bytes);
    for (uint64_t size = 0; shape.size() <= kMaxShape && packed.NextVarint(size);) {
      shape.push_back(static_cast<int32_t>(size));
    }
    if (!packed.ok()) return false;
  }
  return shape.size() <= kMaxShape;
}

// As numpy casts: what lies between two integers is cut off, what is outside wraps.
int64_t ToInteger(double number) {
  constexpr double kTooLarge = 9.2e18;
  return std::fabs(number) < kTooLarge ? static_cast<int64_t>(number) : 0;
}

template <typename T>
void AppendRaw(T number, std::string& out) {
  const auto raw = std::bit_cast<std::array<char, sizeof(T)>>(number);
  out.append(raw.data(), raw.size());
}

}  // namespace

bool IsMeshSeries(const Series& series) {
  const SeriesInfo& info = *series.info;
  return info.kind == SeriesKind::kTensor && info.data_class == DataClass::kTensor &&
         info.plugin_name == kPluginName;
}

std::optional<MeshPart> MeshPartOf(std::string_view name) {
  if (name == "VERTEX") return MeshPart::kVertex;
  if (name == "FACE") return MeshPart::kFace;
  if (name == "COLOR") return MeshPart::kColor;
  return std::nullopt;
}

std::optional<MeshContent> ParseMeshContent(const SeriesInfo& info) {
  MeshContent content;
  ProtoReader reader(std::as_bytes(std::span(info.plugin_content)));
  for (ProtoField field; reader.Next(field);) {
    if (field.Is(2, WireType::kBytes)) content.name = field.AsString();
    if (field.Is(3, WireType::kVarint)) content.part = static_cast<int32_t>(field.scalar);
    if (field.Is(5, WireType::kBytes)) content.json_config = field.AsString();
    const bool is_list = field.type == WireType::kVarint || field.type == WireType::kBytes;
    if (field.number == 6 && is_list && !AppendShape(field, content.shape)) return std::nullopt;
    if (field.Is(7, WireType::kVarint)) content.components = static_cast<uint32_t>(field.scalar);
  }
  if (!reader.ok()) return std::nullopt;
  if (content.components == 0) content.components = kAllComponents;
  return content;
}

Result<std::string> MeshBytes(const StoredValue& value, MeshPart part, uint64_t sample) {
  const std::vector<int64_t>& shape = value.tensor().shape();
  if (shape.empty()) return Error{Code::kInvalidArgument, "a mesh has no batch"};
  if (sample >= static_cast<uint64_t>(shape[0])) {
    return Error{Code::kOutOfRange, "sample must be less than " + std::to_string(shape[0])};
  }
  ASSIGN_OR_RETURN(const std::vector<double> numbers, value.tensor().Doubles(kMaxMeshNumbers));
  const size_t count = numbers.size() / static_cast<size_t>(shape[0]);
  std::string bytes;
  bytes.reserve(count * (part == MeshPart::kColor ? sizeof(uint8_t) : sizeof(float)));
  for (const double number : std::span(numbers).subspan(sample * count, count)) {
    if (part == MeshPart::kVertex) AppendRaw(static_cast<float>(number), bytes);
    if (part == MeshPart::kFace) AppendRaw(static_cast<int32_t>(ToInteger(number)), bytes);
    if (part == MeshPart::kColor) AppendRaw(static_cast<uint8_t>(ToInteger(number)), bytes);
  }
  return bytes;
}

const Plugin kMesh = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "mesh",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "mesh-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
