#include "server/feature_flags.h"

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace stepscope {
namespace {

Status CheckFlags(std::string_view name, std::optional<std::string_view> flags) {
  if (!flags || flags->empty()) return {};
  // Only a check, which builds nothing: the client decides how deep it goes.
  if (!nlohmann::json::accept(*flags)) {
    return Error{Code::kInvalidArgument, std::string(name) + " cannot be JSON decoded."};
  }
  if ((*flags)[flags->find_first_not_of(" \t\n\r")] != '{') {
    return Error{Code::kInvalidArgument, std::string(name) + " cannot be decoded to a dict."};
  }
  return {};
}

}  // namespace

Status CheckFeatureFlags(const Request& request) {
  RETURN_IF_ERROR(
      CheckFlags("X-TensorBoard-Feature-Flags", request.Header("x-tensorboard-feature-flags")));
  return CheckFlags("tensorBoardFeatureFlags", request.Query("tensorBoardFeatureFlags"));
}

}  // namespace stepscope
