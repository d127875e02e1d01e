// Paths to handlers: exact matches only, known before the server starts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace stepscope {

class Router {
 public:
  using Handler = std::function<Result<Response>(const Request&)>;

  void Add(std::string path, Handler handler);  // CHECKs that the path is new.
  // Runs the handler of request.path (one trailing '/' is ignored) and turns errors into responses;
  // nothing when no route has that path.
  std::optional<Response> Handle(const Request& request) const;

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace stepscope
