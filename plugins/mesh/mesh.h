// The mesh dashboard: point clouds and surfaces, step by step. Reference: tensorboard/plugins/mesh.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/plugin.h"
#include "store/stored_value.h"

namespace stepscope {

extern const Plugin kMesh;

bool IsMeshSeries(const Series& series);

// What a series of a mesh holds. The numbers are those of MeshPluginData.ContentType.
enum class MeshPart : int32_t { kUndefined = 0, kVertex = 1, kFace = 2, kColor = 3 };

// The part of that name, such as "VERTEX".
std::optional<MeshPart> MeshPartOf(std::string_view name);

// MeshPluginData (tensorboard/plugins/mesh/plugin_data.proto): a mesh is up to three series that
// share `name`, which is the tag that users see.
struct MeshContent {
  std::string name;
  int32_t part = 0;         // A MeshPart, or a number that is none.
  std::string json_config;  // The scene's, for three.js.
  std::vector<int32_t> shape;
  uint32_t components = 0;  // A bit for each part that the mesh has, 1 << part.
};
// Nothing for bytes that are no such message.
std::optional<MeshContent> ParseMeshContent(const SeriesInfo& info);

// Of one batch at one step: sixteen million numbers are a scan of five million points.
inline constexpr uint64_t kMaxMeshNumbers = 1 << 24;

// Item `sample` of a value's batch as bytes, flat: float32 of vertices, int32 of faces, uint8 of
// colors. OUT_OF_RANGE: the batch is smaller. INVALID_ARGUMENT: no numbers. RESOURCE_EXHAUSTED:
// past kMaxMeshNumbers.
Result<std::string> MeshBytes(const StoredValue& value, MeshPart part, uint64_t sample);

}  // namespace stepscope
