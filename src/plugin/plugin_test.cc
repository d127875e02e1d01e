#include "plugin/plugin.h"

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(ServerOptionsTest, LooksUpSamples) {
  ServerOptions options;
  EXPECT_EQ(options.SamplesFor("scalars", 1000), 1000u);
  options.samples_per_plugin = {{"images", 20}, {"scalars", 0}};
  EXPECT_EQ(options.SamplesFor("scalars", 1000), 0u);
  EXPECT_EQ(options.SamplesFor("images", 10), 20u);
}

}  // namespace
}  // namespace stepscope
