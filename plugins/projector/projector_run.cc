#include "plugins/projector/projector_run.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "base/strings.h"
#include "plugins/projector/asset.h"
#include "plugins/projector/tensor_file.h"

namespace stepscope {
namespace {

constexpr std::string_view kConfigName = "projector_config.pbtxt";
constexpr std::string_view kCheckpointName = "checkpoint";
constexpr std::string_view kAssets = "plugins/org_tensorflow_tensorboard_projector";
constexpr std::string_view kRoot = ".";  // The run that is the log directory.

// Of all configurations that a list of runs reads: a second's work. Those beyond are left out.
constexpr uint64_t kMaxAllConfigBytes = 64 << 20;
// Of a file that names the latest checkpoint, and those before it.
constexpr uint64_t kMaxCheckpointStateBytes = 1 << 20;
// Of all tensors' files that are looked through for their shapes; those beyond stay without.
constexpr uint64_t kMaxMeasuredBytes = 1 << 30;
// Messages in messages, of which there are three; others are skipped.
constexpr int kMaxTextDepth = 32;

// Keeps the first thing that is wrong.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!text_.empty()) return;
    text_ = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " +
            ToValidUtf8(message);
  }
  void AddWarning(int, int, const std::string&) override {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Fields that nobody knows are skipped: they are a later version's.
Status ParseText(const std::string& text, std::string_view path,
                 google::protobuf::Message& message) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxTextDepth);
  if (parser.ParseFromString(text, &message)) return {};
  return Error{Code::kInvalidArgument, '"' + std::string(path) + "\", " + error.text()};
}

// Names of directories, as those of runs are written.
using Names = std::set<std::string, std::less<>>;

std::string ParentOf(std::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == name.npos ? kRoot : name.substr(0, slash));
}

std::string AssetsOf(std::string_view name) {
  return name == kRoot ? std::string(kAssets) : JoinPath(name, kAssets);
}

class Finder {
 public:
  explicit Finder(const Context& context) : context_(context) {
    for (const OtherFile& file : *context.snapshot.other_files) {
      if (file.kind == OtherFileKind::kProjectorConfig) {
        configs_.insert(EscapeInvalidUtf8(ParentOf(file.path)));
      } else if (file.kind == OtherFileKind::kCheckpoint) {
        checkpoints_.insert(EscapeInvalidUtf8(ParentOf(file.path)));
      }
    }
  }

  // The runs that may have something to show.
  std::vector<std::string> Candidates() const {
    std::vector<std::string> names;
    if (configs_.empty() && checkpoints_.empty()) return names;
    std::vector<const RunSnapshot*> runs;
    for (const auto& run : context_.snapshot.runs) {
      if (MayShow(run->name)) runs.push_back(run.get());
    }
    std::ranges::stable_sort(runs, {}, &RunSnapshot::start_time);
    for (const RunSnapshot* const run : runs) names.push_back(run->name);
    // The log directory counts even where it is no run.
    if (context_.snapshot.FindRun(kRoot) == nullptr && MayShow(kRoot)) names.emplace_back(kRoot);
    return names;
  }

  Result<std::optional<ProjectorRun>> Load(std::string_view name) {
    const RunSnapshot* const run = context_.snapshot.FindRun(name);
    if ((run == nullptr && name != kRoot) || !MayShow(name)) return std::optional<ProjectorRun>();
    const std::string& directory = run == nullptr ? context_.options.logdir_path : run->directory;
    std::optional<ProjectorRun> found;
    // Of two, the one among the assets counts.
    for (const bool is_assets : {false, true}) {
      const bool has_config = configs_.contains(is_assets ? AssetsOf(name) : name);
      if (is_assets && (!has_config || run == nullptr)) continue;
      ProjectorRun next;
      next.directory = is_assets ? JoinPath(directory, kAssets) : directory;
      next.config_path = JoinPath(next.directory, kConfigName);
      if (has_config) RETURN_IF_ERROR(ReadConfig(next));
      const bool has_tensors = NameFirstTensor(next.config);
      FindCheckpoint(name, directory, next);
      if (has_tensors || next.checkpoint) found = std::move(next);
    }
    if (!found) return found;
    Complete(*found);
    if (found->config.embeddings().empty()) found.reset();
    return found;
  }

 private:
  bool MayShow(std::string_view name) const {
    return configs_.contains(name) || configs_.contains(AssetsOf(name)) ||
           checkpoints_.contains(name) || (name != kRoot && checkpoints_.contains(ParentOf(name)));
  }

  Status ReadConfig(ProjectorRun& run) {
    ASSIGN_OR_RETURN(const auto file, context_.files.Open(run.config_path));
    const uint64_t limit = std::min(kMaxProjectorConfigBytes, config_bytes_left_);
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(*file, run.config_path, limit));
    config_bytes_left_ -= text.size();
    return ParseText(text, run.config_path, run.config);
  }

  // The first embedding with a file is called as its file where it has no name.
  static bool NameFirstTensor(tensorboard::ProjectorConfig& config) {
    for (tensorboard::EmbeddingInfo& embedding : *config.mutable_embeddings()) {
      const std::string& path = embedding.tensor_path();
      if (path.empty()) continue;
      const std::string name = path.substr(path.rfind('/') + 1);
      if (embedding.tensor_name().empty()) embedding.set_tensor_name(name);
      return true;
    }
    return false;
  }

  // The one that the configuration names, else the run's latest, else that of the directory above
  // (which for the log directory would be outside).
  void FindCheckpoint(std::string_view name, const std::string& directory, ProjectorRun& run) {
    if (const std::string& path = run.config.model_checkpoint_path(); !path.empty()) {
      auto checkpoint = Checkpoint::Open(context_.files, directory, path);
      if (checkpoint) run.checkpoint = *std::move(checkpoint);
      return;
    }
    if (checkpoints_.contains(name) && OpenLatest(directory, run)) return;
    if (name == kRoot || !checkpoints_.contains(ParentOf(name))) return;
    OpenLatest(directory.substr(0, directory.rfind('/')), run);
  }

  // One that cannot be read is none: what else the run has is shown.
  bool OpenLatest(const std::string& directory, ProjectorRun& run) const {
    const std::string path = JoinPath(directory, kCheckpointName);
    const auto file = context_.files.Open(path);
    if (!file) return false;
    const auto text = ReadWholeFile(**file, path, kMaxCheckpointStateBytes);
    tensorboard::CheckpointState state;
    if (!text || !ParseText(*text, path, state)) return false;
    auto checkpoint = Checkpoint::Open(context_.files, directory, state.model_checkpoint_path());
    if (!checkpoint) return false;
    run.checkpoint = *std::move(checkpoint);
    run.config.set_model_checkpoint_path(JoinPath(directory, state.model_checkpoint_path()));
    return true;
  }

  static void Complete(ProjectorRun& run);

  const Context& context_;
  Names configs_;
  Names checkpoints_;
  uint64_t config_bytes_left_ = kMaxAllConfigBytes;
};

// "x:0" is TensorFlow's name of what "x" computes.
std::string_view WithoutOutput(std::string_view name) {
  if (name.ends_with(":0")) name.remove_suffix(2);
  return name;
}

// Brings the names into one shape and adds the checkpoint's matrices
// (tensorboard/plugins/projector/projector_plugin.py).
void Finder::Complete(ProjectorRun& run) {
  auto& embeddings = *run.config.mutable_embeddings();
  for (tensorboard::EmbeddingInfo& embedding : embeddings) {
    embedding.set_tensor_name(std::string(WithoutOutput(embedding.tensor_name())));
  }
  if (!run.checkpoint) return;
  // A first one without a name stands for all that have none of their own.
  tensorboard::EmbeddingInfo common;
  if (!embeddings.empty() && embeddings[0].tensor_name().empty()) {
    common = embeddings[0];
    embeddings.DeleteSubrange(0, 1);
  }
  std::map<std::string_view, int> places;
  for (int i = 0; i < embeddings.size(); ++i) places.emplace(embeddings[i].tensor_name(), i);
  for (const CheckpointVariable& variable : run.checkpoint->variables()) {
    // What an optimizer keeps of an embedding has its shape, and is none.
    if (variable.shape.size() != 2 || variable.name.find(".OPTIMIZER_SLOT") != std::string::npos) {
      continue;
    }
    const auto known = places.find(WithoutOutput(variable.name));
    tensorboard::EmbeddingInfo* embedding =
        known == places.end() ? nullptr : &embeddings[known->second];
    if (embedding == nullptr) {
      embedding = embeddings.Add();
      embedding->set_tensor_name(variable.name);
      embedding->set_metadata_path(common.metadata_path());
      embedding->set_bookmarks_path(common.bookmarks_path());
    }
    if (!embedding->tensor_shape().empty()) continue;
    for (const int64_t size : variable.shape) {
      embedding->add_tensor_shape(static_cast<uint32_t>(size));
    }
  }
}

}  // namespace

std::vector<std::string> ListProjectorRuns(const Context& context) {
  Finder finder(context);
  std::vector<std::string> names;
  for (std::string& name : finder.Candidates()) {
    const auto run = finder.Load(name);
    if (run && *run) names.push_back(std::move(name));
  }
  return names;
}

bool HasProjectorRuns(const Context& context) {
  Finder finder(context);
  return std::ranges::any_of(finder.Candidates(), [&](const std::string& name) {
    const auto run = finder.Load(name);
    return run && *run;
  });
}

Result<std::optional<ProjectorRun>> LoadProjectorRun(std::string_view name,
                                                     const Context& context) {
  return Finder(context).Load(name);
}

void FillTensorShapes(const FileSystem& files, ProjectorRun& run) {
  uint64_t bytes_left = kMaxMeasuredBytes;
  for (tensorboard::EmbeddingInfo& embedding : *run.config.mutable_embeddings()) {
    if (embedding.tensor_path().empty() || !embedding.tensor_shape().empty()) continue;
    const auto file = OpenAsset(files, run.directory, embedding.tensor_path());
    if (!file) continue;
    const auto size = MeasureTensorText(**file, std::min(bytes_left, kMaxTensorTextBytes));
    if (const auto stat = (*file)->GetStat()) bytes_left -= std::min(bytes_left, stat->size_bytes);
    constexpr uint64_t kMax = std::numeric_limits<uint32_t>::max();
    if (!size || !*size || (*size)->rows > kMax || (*size)->columns > kMax) continue;
    embedding.add_tensor_shape(static_cast<uint32_t>((*size)->rows));
    embedding.add_tensor_shape(static_cast<uint32_t>((*size)->columns));
  }
}

const tensorboard::EmbeddingInfo* FindEmbedding(const tensorboard::ProjectorConfig& config,
                                                std::string_view tensor_name) {
  for (const tensorboard::EmbeddingInfo& embedding : config.embeddings()) {
    if (WithoutOutput(embedding.tensor_name()) == WithoutOutput(tensor_name)) return &embedding;
  }
  return nullptr;
}

}  // namespace stepscope
