#include "app/terminal.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/text_table.h"

namespace stepscope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TerminalTest, WidthsAreThoseOfTheScreen) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("loss"), 4u);
  EXPECT_EQ(DisplayWidth("ünïcode"), 7u);
  EXPECT_EQ(DisplayWidth("語"), 2u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);  // A combining accent.
}

TEST(TerminalTest, NamesCannotMoveTheCursor) {
  EXPECT_EQ(Printable("a\x1b[2Jb\n\x7f"), "a\\x1b[2Jb\\x0a\\x7f");
  EXPECT_EQ(Printable("a\u202eb\u2066"), "a\\u202eb\\u2066");
  EXPECT_EQ(Printable("\u009b31m"), "\\x9b31m");
  EXPECT_EQ(Printable("caf\xc3\xa9 \xff"), "café \uFFFD");
}

TEST(TerminalTest, ShorteningKeepsBothEnds) {
  EXPECT_EQ(Shortened("train/loss", 10), "train/loss");
  EXPECT_EQ(Shortened("train/loss", 7), "tra…oss");
  EXPECT_EQ(Shortened("語語語語", 5), "語…語");
  EXPECT_EQ(Shortened("語語語語", 4), "語…");
  EXPECT_EQ(Shortened("ab", 1), "…");
  EXPECT_EQ(Shortened("ab", 0), "");
}

TEST(TerminalTest, NumbersReadWell) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1000), "1.0 kB");
  EXPECT_EQ(HumanBytes(9960), "10 kB");
  EXPECT_EQ(HumanBytes(999'600), "1.0 MB");
  EXPECT_EQ(HumanBytes(525'000'000), "525 MB");
  EXPECT_EQ(HumanBytes(UINT64_MAX), "18 EB");
}

TEST(TerminalTest, TimesOutsideTheCalendarAreNone) {
  EXPECT_EQ(UtcTime(1700000000.75), "2023-11-14 22:13:20");
  EXPECT_EQ(UtcTime(-0.5), "1969-12-31 23:59:59");
  EXPECT_EQ(UtcTime(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(UtcTime(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(UtcTime(1e300), "-");
}

TEST(TerminalTest, StylesOnlyWhereTheyAreWanted) {
  EXPECT_EQ(Styled("x", Style::kRed, {}), "x");
  EXPECT_EQ(Styled("x", Style::kRed, {.has_colours = true}), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Styled("x", Style::kPlain, {.has_colours = true}), "x");
}

TextTable TagTable() {
  TextTable table;
  table.AddColumn("TAG", TextTable::Align::kLeft, TextTable::Fit::kShrinks);
  table.AddColumn("POINTS", TextTable::Align::kRight);
  table.AddColumn("WHEN", TextTable::Align::kLeft, TextTable::Fit::kMayGo);
  table.AddRow({"loss/語", "7", "today"});
  table.AddRow({"a/very/long/name/of/a/tag", "12", "yesterday"});
  return table;
}

TEST(TextTableTest, AlignsAndLeavesNoBlanksBehind) {
  EXPECT_EQ(TagTable().Render({}),
            "TAG                        POINTS  WHEN\n"
            "loss/語                         7  today\n"
            "a/very/long/name/of/a/tag      12  yesterday\n");
}

TEST(TextTableTest, ShortensThenLeavesOutWhatHasNoRoom) {
  EXPECT_EQ(TagTable().Render({.columns = 35}),
            "TAG               POINTS  WHEN\n"
            "loss/語                7  today\n"
            "a/very/l…f/a/tag      12  yesterday\n");
  EXPECT_EQ(TagTable().Render({.columns = 20}),
            "TAG           POINTS\n"
            "loss/語            7\n"
            "a/very…a/tag      12\n"
            "(no room for WHEN)\n");
  // Narrower than anything: lines wrap, nothing is lost.
  EXPECT_THAT(TagTable().Render({.columns = 1}), HasSubstr("a/very…a/tag      12\n"));
}

TEST(TextTableTest, CellsAreMadePrintable) {
  TextTable table;
  table.AddColumn("TAG");
  table.AddRow({"\x1b[2J"});
  EXPECT_THAT(table.Render({}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace stepscope
