#include "plugins/mesh/compat.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugin/value_reader.h"
#include "plugins/mesh/mesh.h"

namespace stepscope {
namespace {

constexpr uint64_t kDefaultSamples = 100;  // mesh_plugin.py, _DEFAULT_DOWNSAMPLING.

// Of the list of a mesh's steps: every entry repeats the scene, which a writer may have made long.
constexpr size_t kMaxListBytes = 32 << 20;

struct Part {
  FoundSeries found;
  MeshContent content;
};

// The series of a mesh, by what they hold: writers log vertices, faces and colors in this order,
// and upstream lists them as they came.
Result<std::vector<Part>> FindParts(const Request& request, const Context& context) {
  const auto name = request.Query("run");
  if (!name) return Error{Code::kInvalidArgument, "run must be given"};
  const auto tag = request.Query("tag");
  std::vector<Part> parts;
  const RunSnapshot* const run = SeriesFinder(context.snapshot, IsMeshSeries).FindRun(*name);
  if (run == nullptr || !tag) return parts;  // Upstream says nothing of a tag that is missing.
  for (const Series& series : run->series) {
    if (!IsMeshSeries(series)) continue;
    std::optional<MeshContent> content = ParseMeshContent(*series.info);
    if (!content || ToValidUtf8(content->name) != *tag) continue;
    parts.push_back({{run, &series}, *std::move(content)});
  }
  std::ranges::stable_sort(parts, {}, [](const Part& part) { return part.content.part; });
  return parts;
}

uint64_t Limit(const Context& context) {
  return context.options.SamplesFor(kMesh.name, kDefaultSamples);
}

std::string EntryOf(const MeshContent& content, const ValuePoint& point) {
  std::string entry = R"({"wall_time": )";
  AppendJsonNumber(point.wall_time, entry);
  entry += R"(, "step": )" + std::to_string(point.step) + R"(, "content_type": )" +
           std::to_string(content.part) + R"(, "components": )" +
           std::to_string(content.components) + R"(, "config": )";
  AppendJsonString(content.json_config, entry);
  entry += R"(, "data_shape": [)";
  for (const int32_t size : content.shape) {
    AppendSeparator(entry);
    entry += std::to_string(size);
  }
  return entry + "]}";
}

}  // namespace

Result<Response> CompatMeshTags(const Request&, const Context& context) {
  std::string body = "{";
  for (const auto& run : context.snapshot.runs) {
    if (std::ranges::none_of(run->series, IsMeshSeries)) continue;
    std::map<std::string, int32_t> samples;
    for (const Series& series : run->series) {
      if (!IsMeshSeries(series) || series.info->is_hidden) continue;
      const std::optional<MeshContent> content = ParseMeshContent(*series.info);
      // Without a shape nobody knows how large the batch is; upstream answers 500.
      if (content && !content->shape.empty()) samples[content->name] = content->shape[0];
    }
    AppendSeparator(body);
    AppendJsonString(run->name, body);
    body += ": {";
    for (const auto& [name, count] : samples) {
      AppendSeparator(body);
      AppendJsonString(name, body);
      body += R"(: {"samples": )" + std::to_string(count) + '}';
    }
    body += '}';
  }
  return JsonResponse(body + "}");
}

Result<Response> CompatMeshes(const Request& request, const Context& context) {
  struct Entry {
    int64_t step = 0;
    std::string json;
  };
  ASSIGN_OR_RETURN(const std::vector<Part> parts, FindParts(request, context));
  std::vector<Entry> entries;
  size_t bytes = 0;
  for (const Part& part : parts) {
    for (const ValuePoint& point : SampleValues(*part.found.series, Limit(context))) {
      entries.push_back({point.step, EntryOf(part.content, point)});
      bytes += entries.back().json.size();
      if (bytes > kMaxListBytes) {
        return Error{Code::kResourceExhausted,
                     "the steps of this mesh take more than " + std::to_string(kMaxListBytes) +
                         " bytes to list; ask for fewer with --samples_per_plugin"};
      }
    }
  }
  std::ranges::stable_sort(entries, {}, &Entry::step);
  std::string body = "[";
  for (const Entry& entry : entries) {
    AppendSeparator(body);
    body += entry.json;
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatMeshData(const Request& request, const Context& context) {
  const std::optional<double> step = ParseDouble(request.Query("step").value_or("0"));
  if (!step) return Error{Code::kInvalidArgument, "step must be a number"};
  const std::optional<MeshPart> wanted = MeshPartOf(request.Query("content_type").value_or(""));
  if (!wanted) return Response::Text(400, "Bad content_type");
  ASSIGN_OR_RETURN(const int64_t sample, request.QueryInt("sample", 0, 0, INT32_MAX));

  Response response;
  response.content_type = "arraybuffer";
  response.may_compress = false;
  ValueReader reader(context.files);
  ASSIGN_OR_RETURN(const std::vector<Part> parts, FindParts(request, context));
  for (const Part& part : parts) {
    if (part.content.part != static_cast<int32_t>(*wanted)) continue;
    for (const ValuePoint& point : SampleValues(*part.found.series, Limit(context))) {
      if (static_cast<double>(point.step) != *step) continue;
      ASSIGN_OR_RETURN(const std::optional<StoredValue> value, reader.Read(part.found, point));
      if (!value) continue;
      ASSIGN_OR_RETURN(const std::string bytes,
                       MeshBytes(*value, *wanted, static_cast<uint64_t>(sample)));
      if (response.body.size() + bytes.size() > kMaxMeshNumbers * sizeof(float)) {
        return Error{Code::kResourceExhausted, "the meshes of this step have more than " +
                                                   std::to_string(kMaxMeshNumbers) + " numbers"};
      }
      response.body += bytes;
    }
  }
  return response;
}

}  // namespace stepscope
