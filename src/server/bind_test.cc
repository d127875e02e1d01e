#include "server/bind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/raw_client_for_test.h"

namespace stepscope {
namespace {

using ::testing::HasSubstr;

TEST(BindTest, TakesAnyFreePortOnLoopback) {
  const auto sockets = Bind({.port = 0});
  ASSERT_TRUE(sockets) << sockets.error().message;
  EXPECT_GT(sockets->port(), 0);
  EXPECT_FALSE(sockets->reaches_network());
  EXPECT_TRUE(RawClient(sockets->port()).is_connected());
}

TEST(BindTest, SaysWhenThePortIsTaken) {
  const auto first = Bind({.port = 0});
  ASSERT_TRUE(first);
  const auto second = Bind({.port = first->port()});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(first->port()) + " is in use"));
  EXPECT_THAT(second.error().message, HasSubstr("--port"));
}

TEST(BindTest, TakesTheNextFreePortUnlessToldOne) {
  const auto first = Bind({});
  const auto second = Bind({});
  ASSERT_TRUE(first && second);
  EXPECT_GE(first->port(), 6006);
  EXPECT_GT(second->port(), first->port());
  EXPECT_LE(second->port(), 6105);
}

TEST(BindTest, KnowsWhatTheNetworkReaches) {
  const auto all = Bind({.bind_all = true, .port = 0});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(all->reaches_network());
  EXPECT_TRUE(RawClient(all->port()).is_connected());
  const auto loopback = Bind({.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(loopback) << loopback.error().message;
  EXPECT_FALSE(loopback->reaches_network());
}

TEST(BindTest, FreesThePortOfSocketsThatNobodyTook) {
  auto sockets = Bind({.port = 0});
  ASSERT_TRUE(sockets);
  const uint16_t port = sockets->port();
  sockets = Error{Code::kCancelled, ""};
  EXPECT_TRUE(Bind({.port = port}));
}

TEST(BindTest, SaysWhenAHostIsUnknown) {
  const auto sockets = Bind({.host = "no such host", .port = 0});
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error().message, HasSubstr("--host=no such host"));
}

}  // namespace
}  // namespace stepscope
