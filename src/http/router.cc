#include "http/router.h"

#include <utility>

#include "base/check.h"

namespace stepscope {

void Router::Add(std::string path, Handler handler) {
  CHECK(path.starts_with('/'));
  const bool is_new = handlers_.emplace(std::move(path), std::move(handler)).second;
  CHECK(is_new);
}

std::optional<Response> Router::Handle(const Request& request) const {
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const auto found = handlers_.find(path);
  if (found == handlers_.end()) return std::nullopt;
  Result<Response> response = found->second(request);
  if (!response) return Response::FromError(response.error());
  return *std::move(response);
}

}  // namespace stepscope
