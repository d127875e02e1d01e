#include "plugins/projector/compat.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugin/image_series.h"
#include "plugins/projector/asset.h"
#include "plugins/projector/line_reader.h"
#include "plugins/projector/projector_run.h"
#include "plugins/projector/tensor_file.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;
using tensorboard::EmbeddingInfo;

// What a request about a tensor is about.
struct Asked {
  ProjectorRun run;
  std::string_view name;  // In the request.
  uint64_t max_rows = 0;  // 0: all.

  // Null: the configuration has none.
  const EmbeddingInfo* embedding() const { return FindEmbedding(run.config, name); }
};

Error Bad(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

// Upstream's answers are the sentences alone.
Result<Response> Answer(Result<Response> answer) {
  if (answer) return answer;
  const Error& error = answer.error();
  switch (error.code) {
    case Code::kResourceExhausted:
    case Code::kUnavailable:
      return answer;
    default:
      return Response::Text(400, error.message);
  }
}

// Nothing: not asked for.
Result<uint64_t> MaxRows(const Request& request) {
  const std::string_view text = request.Query("num_rows").value_or("");
  if (text.empty()) return uint64_t{0};
  const auto rows = ParseInt64(StripWhitespace(text));
  if (!rows || *rows <= 0) return Bad("query parameter num_rows must be integer > 0");
  return static_cast<uint64_t>(*rows);
}

Result<ProjectorRun> LoadRun(std::string_view name, const Context& context) {
  ASSIGN_OR_RETURN(auto run, LoadProjectorRun(name, context));
  if (!run) return Bad("Unknown run: \"" + std::string(name) + '"');
  return *std::move(run);
}

Result<Asked> ParseQuestion(const Request& request, const Context& context, bool may_cut) {
  const auto run = request.Query("run");
  // To the routes that may cut an empty name is a run that is not known.
  if (!run || (run->empty() && !may_cut)) return Bad("query parameter \"run\" is required");
  const auto name = request.Query("name");
  if (!name) return Bad("query parameter \"name\" is required");
  Asked asked;
  if (may_cut) {
    ASSIGN_OR_RETURN(asked.max_rows, MaxRows(request));
  }
  ASSIGN_OR_RETURN(asked.run, LoadRun(*run, context));
  asked.name = *name;
  return asked;
}

Error NotConfigured(std::string_view what, const Asked& asked) {
  return Bad("No " + std::string(what) + " file found for tensor \"" + std::string(asked.name) +
             "\" in the config file \"" + asked.run.config_path + '"');
}

Json EmbeddingJson(const EmbeddingInfo& embedding) {
  Json json = Json::object();
  const auto add = [&json](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
  };
  const auto sizes = [](const auto& numbers) {
    return Json(Json::array_t(numbers.begin(), numbers.end()));
  };
  add("tensorName", embedding.tensor_name());
  add("metadataPath", embedding.metadata_path());
  add("bookmarksPath", embedding.bookmarks_path());
  if (!embedding.tensor_shape().empty()) json["tensorShape"] = sizes(embedding.tensor_shape());
  if (embedding.has_sprite()) {
    Json sprite = Json::object();
    const auto& dimensions = embedding.sprite().single_image_dim();
    if (const auto& path = embedding.sprite().image_path(); !path.empty()) {
      sprite["imagePath"] = path;
    }
    if (!dimensions.empty()) sprite["singleImageDim"] = sizes(dimensions);
    json["sprite"] = std::move(sprite);
  }
  add("tensorPath", embedding.tensor_path());
  return json;
}

// As protobuf's Python library writes it: two blanks a level, what is not set left out.
std::string ConfigJson(const tensorboard::ProjectorConfig& config) {
  Json json = Json::object();
  if (const auto& path = config.model_checkpoint_path(); !path.empty()) {
    json["modelCheckpointPath"] = path;
  }
  if (!config.embeddings().empty()) {
    Json& embeddings = json["embeddings"] = Json::array();
    for (const EmbeddingInfo& embedding : config.embeddings()) {
      embeddings.push_back(EmbeddingJson(embedding));
    }
  }
  if (const auto& path = config.model_checkpoint_dir(); !path.empty()) {
    json["modelCheckpointDir"] = path;
  }
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

Result<Response> Info(const Request& request, const Context& context) {
  const auto name = request.Query("run");
  if (!name) return Bad("query parameter \"run\" is required");
  ASSIGN_OR_RETURN(ProjectorRun run, LoadRun(*name, context));
  FillTensorShapes(context.files, run);
  return JsonResponse(ConfigJson(run.config));
}

Result<std::string> TensorBytes(const Asked& asked, const Context& context) {
  const ProjectorRun& run = asked.run;
  const EmbeddingInfo* const embedding = asked.embedding();
  if (embedding != nullptr && !embedding->tensor_path().empty()) {
    const auto file = OpenAsset(context.files, run.directory, embedding->tensor_path());
    if (!file && file.error().code == Code::kNotFound) {
      return Bad("Tensor file \"" + JoinPath(run.directory, embedding->tensor_path()) +
                 "\" does not exist");
    }
    if (!file) return file.error();
    const auto& shape = embedding->tensor_shape();
    auto bytes =
        ReadTensorFile(**file, {shape.data(), static_cast<size_t>(shape.size())}, asked.max_rows);
    if (bytes) return bytes;
    return Error{bytes.error().code,
                 '"' + embedding->tensor_path() + "\": " + bytes.error().message};
  }
  const CheckpointVariable* const variable =
      run.checkpoint ? run.checkpoint->Find(asked.name) : nullptr;
  if (variable == nullptr) {
    return Bad("Tensor \"" + std::string(asked.name) + "\" not found in checkpoint dir \"" +
               run.config.model_checkpoint_path() + '"');
  }
  return run.checkpoint->ReadFloats(context.files, *variable, asked.max_rows);
}

Result<Response> Tensor(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const Asked asked, ParseQuestion(request, context, /*may_cut=*/true));
  Response response;
  response.content_type = "application/octet-stream";
  ASSIGN_OR_RETURN(response.body, TensorBytes(asked, context));
  response.may_compress = false;
  return response;
}

// The first lines; a header, which has a tab, is one more.
Result<std::string> FirstLines(const RandomAccessFile& file, uint64_t max_rows) {
  std::string text;
  LineReader lines(file);
  for (uint64_t count = 0; count < max_rows; ++count) {
    ASSIGN_OR_RETURN(const auto line, lines.Next());
    if (!line) break;
    text += *line;
    if (text.size() > kMaxAssetBytes) {
      return Error{Code::kResourceExhausted, "the metadata has more than " +
                                                 std::to_string(kMaxAssetBytes) +
                                                 " bytes; num_rows asks for fewer"};
    }
    if (count == 0 && line->find('\t') != line->npos) ++max_rows;
  }
  return text;
}

Result<Response> Metadata(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const Asked asked, ParseQuestion(request, context, /*may_cut=*/true));
  const EmbeddingInfo* const embedding = asked.embedding();
  if (embedding == nullptr || embedding->metadata_path().empty()) {
    return NotConfigured("metadata", asked);
  }
  const std::string& path = embedding->metadata_path();
  ASSIGN_OR_RETURN(const auto file, OpenAsset(context.files, asked.run.directory, path));
  Result<std::string> text = asked.max_rows > 0 ? FirstLines(*file, asked.max_rows)
                                                : ReadWholeFile(*file, path, kMaxAssetBytes);
  if (!text) return std::move(text).error();
  return Response::Text(200, *std::move(text));
}

Result<Response> Bookmarks(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const Asked asked, ParseQuestion(request, context, /*may_cut=*/false));
  const EmbeddingInfo* const embedding = asked.embedding();
  if (embedding == nullptr || embedding->bookmarks_path().empty()) {
    return NotConfigured("bookmarks", asked);
  }
  const std::string& path = embedding->bookmarks_path();
  ASSIGN_OR_RETURN(const auto file, OpenAsset(context.files, asked.run.directory, path));
  ASSIGN_OR_RETURN(std::string json, ReadWholeFile(*file, path, kMaxAssetBytes));
  return JsonResponse(std::move(json));
}

Result<Response> Sprite(const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const Asked asked, ParseQuestion(request, context, /*may_cut=*/false));
  const EmbeddingInfo* const embedding = asked.embedding();
  if (embedding == nullptr || embedding->sprite().image_path().empty()) {
    return NotConfigured("sprite image", asked);
  }
  const std::string& path = embedding->sprite().image_path();
  const auto file = OpenAsset(context.files, asked.run.directory, path);
  if (!file && file.error().code == Code::kNotFound) {
    return Bad('"' + JoinPath(asked.run.directory, path) + "\" does not exist or is directory");
  }
  if (!file) return file.error();
  Response response;
  ASSIGN_OR_RETURN(response.body, ReadWholeFile(**file, path, kMaxAssetBytes));
  response.content_type = SniffImageType(response.body);
  response.may_compress = false;
  return response;
}

}  // namespace

Result<Response> CompatProjectorRuns(const Request&, const Context& context) {
  std::string body = "[";
  for (const std::string& name : ListProjectorRuns(context)) {
    AppendSeparator(body);
    AppendJsonString(name, body);
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatProjectorInfo(const Request& request, const Context& context) {
  return Answer(Info(request, context));
}

Result<Response> CompatProjectorTensor(const Request& request, const Context& context) {
  return Answer(Tensor(request, context));
}

Result<Response> CompatProjectorMetadata(const Request& request, const Context& context) {
  return Answer(Metadata(request, context));
}

Result<Response> CompatProjectorBookmarks(const Request& request, const Context& context) {
  return Answer(Bookmarks(request, context));
}

Result<Response> CompatProjectorSprite(const Request& request, const Context& context) {
  return Answer(Sprite(request, context));
}

}  // namespace stepscope
