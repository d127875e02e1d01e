// What TensorBoard's routes have in common: their parameters, and JSON as they print it (", " and
// ": "), which is put together by hand because answers are large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"
#include "plugin/series_finder.h"
#include "wire/tensor_view.h"

namespace stepscope {

Response JsonResponse(std::string body);

// Text as Python's repr() shows it, which is how upstream's messages quote.
std::string PythonRepr(std::optional<std::string_view> text);

struct RunAndTag {
  std::string_view run;
  std::string_view tag;
};
// The two parameters, which live in the request. INVALID_ARGUMENT where one is missing.
Result<RunAndTag> RequireRunAndTag(const Request& request);

// Appends `, ` unless `out` ends where a list or an object begins.
void AppendSeparator(std::string& out);

// A number as numpy's tolist() gives it to Python's json.
void AppendTensorNumber(DataType dtype, double number, std::string& out);
void AppendTensorNumbers(DataType dtype, std::span<const double> numbers, std::string& out);

// {run: {tag: {"displayName", "description", ...}}}: what most dashboards' /tags says. Runs without
// such a series are left out, tags that are hidden too. `append_more` adds members, each with ", "
// before it; may be null.
Result<Response> TagsResponse(const Context& context, SeriesFinder::Accepts accepts,
                              void (*append_more)(const Series&, std::string&) = nullptr);

}  // namespace stepscope
