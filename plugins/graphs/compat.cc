#include "plugins/graphs/compat.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <google/protobuf/arena.h>

#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugin/value_reader.h"
#include "plugins/graphs/graph_text.h"
#include "plugins/graphs/graphs.h"
#include "plugins/graphs/keras_model.h"

namespace stepscope {
namespace {

using google::protobuf::Arena;

bool IsAnyGraph(const Series& series) { return GraphKindOf(*series.info) != GraphKind::kOther; }

void AppendBool(bool value, std::string& out) { out += value ? "true" : "false"; }

// The first blob of the series' newest value, if it is of one of these kinds. NOT_FOUND: there is
// no such series, or none in it.
Result<std::string> ReadGraphBlob(std::string_view run, std::string_view tag,
                                  std::initializer_list<GraphKind> kinds, const Context& context) {
  const FoundSeries found = SeriesFinder(context.snapshot, IsAnyGraph).Find(run, tag);
  const auto is_wanted = [&](GraphKind kind) {
    return found.series != nullptr && kind == GraphKindOf(*found.series->info);
  };
  if (std::ranges::any_of(kinds, is_wanted)) {
    const std::vector<ValuePoint> points = FindCompatValues(*found.series);
    if (!points.empty() && points.back().ref.blobs > 0) {
      return ValueReader(context.files).ReadBlob(found, points.back(), 0);
    }
  }
  return Error{Code::kNotFound, ""};
}

// Upstream's whole answer where there is no such graph.
Result<Response> ErrorResponse(Error error) {
  if (error.code == Code::kNotFound) return Response::Text(404, "Not found");
  return error;
}

Response TextResponse(std::string text) {
  Response response;
  response.content_type = "text/x-protobuf; charset=utf-8";
  response.body = std::move(text);
  return response;
}

Result<std::optional<AttributeLimit>> AttributeLimitOf(const Request& request) {
  const auto size = request.Query("limit_attr_size");
  if (!size) return std::optional<AttributeLimit>();
  const auto max_bytes = ParseInt64(*size);
  const auto key = request.Query("large_attrs_key");
  if (!key) {
    return Error{Code::kInvalidArgument, "limit_attr_size needs large_attrs_key, too"};
  }
  if (!max_bytes || *max_bytes <= 0) {
    return Error{Code::kInvalidArgument,
                 "limit_attr_size must be > 0, but is " + std::string(*size)};
  }
  return std::optional(AttributeLimit{static_cast<uint64_t>(*max_bytes), std::string(*key)});
}

// The graph that the request means, serialized.
Result<std::string> ReadGraph(const Request& request, std::string_view run,
                              const Context& context) {
  const auto tag = request.Query("tag");
  if (request.Query("conceptual") == "true") {
    if (!tag) return Error{Code::kNotFound, ""};
    ASSIGN_OR_RETURN(const std::string json,
                     ReadGraphBlob(run, *tag, {GraphKind::kKerasModel}, context));
    ASSIGN_OR_RETURN(const tensorboard::GraphDef graph, KerasModelGraph(json));
    return graph.SerializeAsString();
  }
  if (!tag) {
    ASSIGN_OR_RETURN(std::string bytes,
                     ReadGraphBlob(run, kRunGraphTag, {GraphKind::kRunGraph}, context));
    RETURN_IF_ERROR(CheckGraphBytes(bytes, "GraphDef"));
    return bytes;
  }
  ASSIGN_OR_RETURN(const std::string bytes,
                   ReadGraphBlob(run, *tag, {GraphKind::kTrace, GraphKind::kTraceGraph}, context));
  Arena arena;
  auto& metadata = *Arena::CreateMessage<tensorboard::RunMetadata>(&arena);
  auto& graph = *Arena::CreateMessage<tensorboard::GraphDef>(&arena);
  RETURN_IF_ERROR(ParseGraphMessage(bytes, "RunMetadata", metadata));
  RETURN_IF_ERROR(MergeFunctionGraphs(metadata, graph));
  return graph.SerializeAsString();
}

}  // namespace

Result<Response> CompatGraphInfo(const Request&, const Context& context) {
  std::string body = "{";
  for (const auto& run : context.snapshot.runs) {
    if (std::ranges::none_of(run->series, IsAnyGraph)) continue;
    AppendSeparator(body);
    AppendJsonString(run->name, body);
    body += R"(: {"run": )";
    AppendJsonString(run->name, body);
    body += R"(, "tags": {)";
    bool has_run_graph = false;
    for (const Series& series : run->series) {
      const GraphKind kind = GraphKindOf(*series.info);
      has_run_graph |= kind == GraphKind::kRunGraph;
      if (kind == GraphKind::kOther || kind == GraphKind::kRunGraph) continue;
      AppendSeparator(body);
      AppendJsonString(series.info->tag, body);
      body += R"(: {"tag": )";
      AppendJsonString(series.info->tag, body);
      body += R"(, "conceptual_graph": )";
      AppendBool(kind == GraphKind::kKerasModel, body);
      body += R"(, "op_graph": )";
      AppendBool(kind == GraphKind::kTrace || kind == GraphKind::kTraceGraph, body);
      body += R"(, "profile": )";
      AppendBool(kind == GraphKind::kTrace || kind == GraphKind::kTaggedRunMetadata, body);
      body += '}';
    }
    body += R"(}, "run_graph": )";
    AppendBool(has_run_graph, body);
    body += '}';
  }
  return JsonResponse(body + "}");
}

Result<Response> CompatGraph(const Request& request, const Context& context) {
  const auto run = request.Query("run");
  if (!run) return Response::Text(400, "query parameter \"run\" is required");
  if (const auto size = request.Query("limit_attr_size"); size && !ParseInt64(*size)) {
    return Response::Text(400, "query parameter `limit_attr_size` must be an integer");
  }
  const Result<std::string> bytes = ReadGraph(request, *run, context);
  if (!bytes) return ErrorResponse(bytes.error());
  ASSIGN_OR_RETURN(const std::optional<AttributeLimit> limit, AttributeLimitOf(request));
  ASSIGN_OR_RETURN(std::string text, GraphText(*bytes, limit));
  return TextResponse(std::move(text));
}

Result<Response> CompatRunMetadata(const Request& request, const Context& context) {
  const auto run = request.Query("run");
  const auto tag = request.Query("tag");
  if (!tag) return Response::Text(400, "query parameter \"tag\" is required");
  if (!run) return Response::Text(400, "query parameter \"run\" is required");
  Result<std::string> bytes =
      ReadGraphBlob(*run, *tag, {GraphKind::kTaggedRunMetadata, GraphKind::kTrace}, context);
  if (!bytes) return ErrorResponse(std::move(bytes).error());
  Arena arena;
  auto& metadata = *Arena::CreateMessage<tensorboard::RunMetadata>(&arena);
  RETURN_IF_ERROR(ParseGraphMessage(*bytes, "RunMetadata", metadata));
  ASSIGN_OR_RETURN(std::string text, GraphMessageText(metadata));
  return TextResponse(std::move(text));
}

}  // namespace stepscope
