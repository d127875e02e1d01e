#include "app/logdir_spec.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<NamedLogdir> Parsed(std::string_view spec) {
  auto logdirs = ParseLogdirSpec(spec);
  EXPECT_TRUE(logdirs) << (logdirs ? "" : logdirs.error().message);
  return logdirs ? *std::move(logdirs) : std::vector<NamedLogdir>();
}

std::string Problem(std::string_view spec) {
  const auto logdirs = ParseLogdirSpec(spec);
  EXPECT_FALSE(logdirs) << spec;
  return logdirs ? "" : logdirs.error().message;
}

TEST(LogdirSpecTest, IsReadAsTensorBoardReadsIt) {
  EXPECT_THAT(Parsed("a:/x,b/c:y"), ElementsAre(NamedLogdir{"a", "/x"}, NamedLogdir{"b/c", "y"}));
  EXPECT_THAT(Parsed("a:/x:1"), ElementsAre(NamedLogdir{"a", "/x:1"}));
  EXPECT_THAT(Parsed("/x/y:1,/z/"),
              ElementsAre(NamedLogdir{"y:1", "/x/y:1"}, NamedLogdir{"z", "/z/"}));
  EXPECT_THAT(Parsed("runs"), ElementsAre(NamedLogdir{"runs", "runs"}));
}

TEST(LogdirSpecTest, SaysWhatIsWrong) {
  for (const char* const spec : {"", "a:", ",", "a:/x,"}) {
    EXPECT_THAT(Problem(spec), HasSubstr("name:/path/a"));
  }
  for (const char* const spec :
       {"..:/x", "a/../b:/x", ".:/x", "a//b:/x", "a/:/x", ":/x", "/", ".."}) {
    EXPECT_THAT(Problem(spec), HasSubstr("part of a path")) << spec;
  }
  EXPECT_THAT(Problem("a:gs://bucket"), HasSubstr("this machine"));
  for (const char* const spec : {"a:/x,a:/y", "a:/x,a/b:/y", "a/b:/x,a:/y", "/p/a,/q/a"}) {
    EXPECT_THAT(Problem(spec), HasSubstr("in each other's way")) << spec;
  }
}

TEST(LogdirSpecTest, LinksAreMadeOnce) {
  const TemporaryDirectory temporary;
  const std::string parent = temporary.path() + "/cache/links";
  const std::vector<NamedLogdir> logdirs = {{"a", "/x"}, {"b/c", temporary.path()}};
  const auto folder = LinkLogdirs(logdirs, parent);
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(std::filesystem::read_symlink(*folder + "/a"), "/x");
  EXPECT_EQ(std::filesystem::read_symlink(*folder + "/b/c"), temporary.path());
  EXPECT_EQ(*LinkLogdirs(logdirs, parent), *folder);
  EXPECT_NE(*LinkLogdirs({{"a", "/y"}}, parent), *folder);

  std::filesystem::remove(*folder + "/a");
  std::filesystem::create_directory_symlink("/elsewhere", *folder + "/a");
  const auto refused = LinkLogdirs(logdirs, parent);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(*folder + "/a"));
  EXPECT_FALSE(LinkLogdirs(logdirs, "/proc/no"));
}

}  // namespace
}  // namespace stepscope
