#include "plugins/debugger-v2/compat.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/compat_answer.h"

namespace stepscope {
namespace {

// Upstream's shape of what is wrong with a parameter.
Response ParameterError(std::string_view sentence) {
  std::string body = R"({"error": )";
  AppendJsonString(sentence, body);
  Response response = JsonResponse(body + '}');
  response.status = 400;
  return response;
}

// `wrong` is said of a question that names a run, if anything.
Result<Response> Refuse(const Request& request, std::optional<std::string_view> wrong) {
  const auto run = request.Query("run");
  if (!run) return ParameterError("run parameter is not provided");
  if (wrong) return ParameterError(*wrong);
  return Error{Code::kInvalidArgument, "the debugger has no run " + PythonRepr(run)};
}

}  // namespace

Result<Response> CompatDebuggerRuns(const Request&, const Context&) { return JsonResponse("{}"); }

Result<Response> CompatDebuggerAboutRun(const Request& request, const Context&) {
  return Refuse(request, std::nullopt);
}

Result<Response> CompatDebuggerSourceFile(const Request& request, const Context&) {
  const bool has_index = request.Query("index").has_value();
  return Refuse(request, has_index ? std::nullopt
                                   : std::optional<std::string_view>(
                                         "index is not provided for source file content"));
}

Result<Response> CompatDebuggerStackFrames(const Request& request, const Context&) {
  const auto ids = request.Query("stack_frame_ids");
  if (!ids) return Refuse(request, "Missing stack_frame_ids parameter");
  if (ids->empty()) return Refuse(request, "Empty stack_frame_ids parameter");
  return Refuse(request, std::nullopt);
}

}  // namespace stepscope
