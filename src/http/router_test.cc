#include "http/router.h"

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(RouterTest, MatchesExactPathsAndOneTrailingSlash) {
  Router router;
  router.Add("/data/runs", [](const Request& request) -> Result<Response> {
    return Response::Text(200, "runs of " + request.path);
  });
  const auto handle = [&](std::string path) {
    Request request;
    request.path = std::move(path);
    return router.Handle(request);
  };
  EXPECT_EQ(handle("/data/runs")->body, "runs of /data/runs");
  EXPECT_EQ(handle("/data/runs/")->status, 200);
  EXPECT_FALSE(handle("/data/runs//"));
  EXPECT_FALSE(handle("/data/run"));
  EXPECT_FALSE(handle("/data/runs/x"));
  EXPECT_FALSE(handle("/"));
  EXPECT_FALSE(handle(""));
}

TEST(RouterTest, TurnsErrorsIntoAnswers) {
  Router router;
  router.Add(
      "/x", [](const Request&) -> Result<Response> { return Error{Code::kInvalidArgument, "no"}; });
  Request request;
  request.path = "/x";
  EXPECT_EQ(router.Handle(request)->status, 400);
}

}  // namespace
}  // namespace stepscope
