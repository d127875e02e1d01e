// Reading the JSON bodies of this dashboard's routes. Errors are INVALID_ARGUMENT with a sentence
// that begins with `what`, the name of the member.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace stepscope {

// 405 for a request that cannot have a body.
std::optional<Response> RefuseUnlessPost(const Request& request);

Error InvalidQuery(std::string message);

// The body as an object, which lives as long as the parser. A hostile one costs no more than its
// bytes.
Result<simdjson::dom::object> ParseBody(simdjson::dom::parser& parser, std::string_view body);

Result<std::string> ParseString(simdjson::dom::element element, const std::string& what);
Result<uint64_t> ParseUint(simdjson::dom::element element, const std::string& what, uint64_t low,
                           uint64_t high);
// A number that may also be null or absent.
Result<std::optional<double>> ParseBound(const simdjson::dom::object& object,
                                         const std::string& name);
// One of `names`, by its place; the first where the member is absent.
Result<size_t> ParseChoice(const simdjson::dom::object& object, std::string_view name,
                           const std::vector<std::string_view>& names);
// The same for an element; `what` as in errors.
Result<size_t> ParseChoice(simdjson::dom::element element, std::string_view what,
                           const std::vector<std::string_view>& names);

}  // namespace stepscope
