#include "server/name_filter.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace stepscope {
namespace {

using ::testing::HasSubstr;

bool Matches(std::string_view filter, std::string_view name) {
  const auto parsed = NameFilter::Parse(filter);
  EXPECT_TRUE(parsed) << filter;
  return parsed && parsed->Matches(name);
}

TEST(NameFilterTest, FindsTextInAnyCase) {
  EXPECT_TRUE(Matches("", "anything"));
  EXPECT_TRUE(Matches("LOSS", "train/loss"));
  EXPECT_TRUE(Matches("größe", "GRÖSSE GRÖßE"));
  EXPECT_TRUE(Matches("a.b(", "xa.b(y"));  // No expression: nothing is special.
  EXPECT_FALSE(Matches("a.b", "axb"));
  EXPECT_TRUE(Matches("/", "train/loss"));
}

TEST(NameFilterTest, FindsExpressionsInAnyCase) {
  EXPECT_TRUE(Matches("/^train.*LOSS$/", "Train/loss"));
  EXPECT_FALSE(Matches("/^loss/", "train/loss"));
  EXPECT_TRUE(Matches("//", "anything"));
  EXPECT_TRUE(Matches("/a/b/", "xa/by"));
  EXPECT_FALSE(Matches("/a.b/", std::string_view("\xff\xfe", 2)));
}

TEST(NameFilterTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(NameFilter::Parse("/a(b/").error().message, HasSubstr("missing )"));
  EXPECT_THAT(NameFilter::Parse("/ab**/").error().message, HasSubstr("at character 3"));
  EXPECT_EQ(NameFilter::Parse("/[/").error().code, Code::kInvalidArgument);
  EXPECT_FALSE(NameFilter::Parse("\xff"));
  EXPECT_FALSE(NameFilter::Parse(std::string(1001, 'a')));
}

TEST(NameFilterTest, BoundsWhatAnExpressionCosts) {
  EXPECT_FALSE(NameFilter::Parse("/((a{100}){100}){10}/"));
  const auto filter = NameFilter::Parse("/(x+x+)+y/");
  ASSERT_TRUE(filter);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(filter->Matches(std::string(100, 'x')));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(NameFilterTest, LooksAtTheBeginningOfALongName) {
  const std::string name = std::string(NameFilter::kMaxNameBytes - 1, 'x') + "ab";
  EXPECT_TRUE(Matches("xa", name));
  EXPECT_TRUE(Matches("/a$/", name));
  EXPECT_FALSE(Matches("b", name));
}

TEST(TimedFilterTest, StopsWhenTheTimeIsUp) {
  FakeClock clock;
  const auto filter = NameFilter::Parse("a");
  const NameFilter all = *NameFilter::Parse("");
  TimedFilter timed(*filter, clock);
  TimedFilter timed_all(all, clock);
  clock.Advance(TimedFilter::kMaxTime);
  EXPECT_TRUE(timed.Matches("abc").value());
  EXPECT_FALSE(timed.Matches("xyz").value());
  clock.Advance(std::chrono::nanoseconds(1));
  const std::string long_name(TimedFilter::kBytesBetweenLooks, 'a');
  ASSERT_FALSE(timed.Matches(long_name).has_value());
  EXPECT_EQ(timed.Matches(long_name).error().code, Code::kInvalidArgument);
  EXPECT_TRUE(timed_all.Matches("abc").value());
}

}  // namespace
}  // namespace stepscope
