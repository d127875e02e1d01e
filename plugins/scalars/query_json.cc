#include "plugins/scalars/query_json.h"

#include <utility>

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

// Deep enough for everything that a request may hold.
constexpr size_t kMaxDepth = 16;

}  // namespace

std::optional<Response> RefuseUnlessPost(const Request& request) {
  if (request.method == Method::kPost) return std::nullopt;
  Response response = Response::Text(405, "Method not allowed: ask with POST");
  response.headers.emplace_back("Allow", "POST");
  return response;
}

Error InvalidQuery(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<dom::object> ParseBody(dom::parser& parser, std::string_view body) {
  simdjson::error_code error = parser.allocate(body.size(), kMaxDepth);
  dom::element root;
  if (error == simdjson::SUCCESS) error = parser.parse(body.data(), body.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return InvalidQuery(std::string("the body is not JSON: ") + simdjson::error_message(error));
  }
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return InvalidQuery("the body must be a JSON object");
  return object;
}

Result<std::string> ParseString(dom::element element, const std::string& what) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return InvalidQuery(what + " must be text");
  return std::string(text);
}

Result<uint64_t> ParseUint(dom::element element, const std::string& what, uint64_t low,
                           uint64_t high) {
  uint64_t number = 0;
  if (element.get(number) != simdjson::SUCCESS || number < low || number > high) {
    return InvalidQuery(what + " must be an integer from " + std::to_string(low) + " to " +
                        std::to_string(high));
  }
  return number;
}

Result<std::optional<double>> ParseBound(const dom::object& object, const std::string& name) {
  dom::element field;
  if (object.at_key(name).get(field) != simdjson::SUCCESS || field.is_null()) {
    return std::optional<double>();
  }
  double number = 0;
  if (field.get(number) != simdjson::SUCCESS) {
    return InvalidQuery(name + " must be a number or null");
  }
  return std::optional<double>(number);
}

Result<size_t> ParseChoice(const dom::object& object, std::string_view name,
                           const std::vector<std::string_view>& names) {
  dom::element field;
  if (object.at_key(name).get(field) != simdjson::SUCCESS) return size_t{0};
  return ParseChoice(field, name, names);
}

Result<size_t> ParseChoice(dom::element element, std::string_view what,
                           const std::vector<std::string_view>& names) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) return i;
    }
  }
  std::string message = std::string(what) + " must be one of";
  for (const std::string_view known : names) message.append(" \"").append(known).append("\"");
  return InvalidQuery(std::move(message));
}

}  // namespace stepscope
