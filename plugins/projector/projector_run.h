// What the projector has of a run: its configuration, completed from the files that it names.
// Nothing of it is kept from one request to the next, so that an answer is what the files say now.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tensorboard/projector.pb.h>

#include "base/result.h"
#include "plugin/plugin.h"
#include "plugins/projector/checkpoint.h"

namespace stepscope {

// Of a configuration's text: a hundred thousand embeddings.
inline constexpr uint64_t kMaxProjectorConfigBytes = 16 << 20;

struct ProjectorRun {
  std::string directory;  // Of the configuration, where the paths in it begin.
  std::string config_path;
  tensorboard::ProjectorConfig config;
  std::optional<Checkpoint> checkpoint;
};

// The runs that have something to show, as /data/runs orders them. Configurations that cannot be
// read are left out.
std::vector<std::string> ListProjectorRuns(const Context& context);
// Whether there are any.
bool HasProjectorRuns(const Context& context);

// One of them. Nothing: there is no such run, or nothing to show in it. INVALID_ARGUMENT: its
// configuration cannot be read. RESOURCE_EXHAUSTED: it is too long.
Result<std::optional<ProjectorRun>> LoadProjectorRun(std::string_view name, const Context& context);

// Looks up the shapes that the configuration does not say in the tensors' files.
void FillTensorShapes(const FileSystem& files, ProjectorRun& run);

// The first of that name; "x" and "x:0" are the same. Null: none.
const tensorboard::EmbeddingInfo* FindEmbedding(const tensorboard::ProjectorConfig& config,
                                                std::string_view tensor_name);

}  // namespace stepscope
