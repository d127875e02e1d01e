#include "base/strings.h"

#include <limits>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(StringsTest, SplitKeepsEmptyParts) {
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
}

TEST(StringsTest, ParsersTakeTheWholeTextOrNothing) {
  EXPECT_EQ(ParseInt64("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(ParseInt64("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ParseInt64("1 "), std::nullopt);
  EXPECT_EQ(ParseInt64(""), std::nullopt);
  EXPECT_EQ(ParseDouble("+0.5"), 0.5);
  EXPECT_EQ(ParseDouble("0.5x"), std::nullopt);
}

TEST(StringsTest, FormatsDoublesAsPythonDoes) {
  EXPECT_EQ(FormatDouble(0.1), "0.1");
  EXPECT_EQ(FormatDouble(static_cast<double>(0.1F)), "0.10000000149011612");
  EXPECT_EQ(FormatDouble(5), "5.0");
  EXPECT_EQ(FormatDouble(-0.0), "-0.0");
  EXPECT_EQ(FormatDouble(1e16), "1e+16");
  EXPECT_EQ(FormatDouble(123456789012345.0), "123456789012345.0");
  EXPECT_EQ(FormatDouble(1e-7), "1e-07");
  EXPECT_EQ(FormatDouble(0.0001), "0.0001");
  EXPECT_EQ(FormatDouble(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(FormatDouble(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(FormatDouble(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(StringsTest, InvalidUtf8IsReplacedByteByByte) {
  EXPECT_EQ(ToValidUtf8("\xC3\xA9 ok"), "\xC3\xA9 ok");
  EXPECT_EQ(ToValidUtf8("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(ToValidUtf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // Overlong.
  EXPECT_EQ(ToValidUtf8("\xED\xA0\x80").size(), 9U);               // A surrogate.
  EXPECT_EQ(ToValidUtf8("\xE8\xAA"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // Cut short.
  EXPECT_EQ(ToValidUtf8("\xF4\x90\x80\x80").size(), 12U);          // Above U+10FFFF.
}

TEST(StringsTest, EscapedNamesStayDifferent) {
  EXPECT_EQ(EscapeInvalidUtf8("run/\xC3\xA9 100%"), "run/\xC3\xA9 100%");
  EXPECT_EQ(EscapeInvalidUtf8("a\xFF\x80z"),
            "a\xEF\xBF\xBD"
            "FF\xEF\xBF\xBD"
            "80z");
  EXPECT_EQ(EscapeInvalidUtf8("\xEF\xBF\xBD"),
            "\xEF\xBF\xBD"
            "EF\xEF\xBF\xBD"
            "BF\xEF\xBF\xBD"
            "BD");
  EXPECT_EQ(EscapeInvalidUtf8("\xEF\xBF"),
            "\xEF\xBF\xBD"
            "EF\xEF\xBF\xBD"
            "BF");
  EXPECT_NE(EscapeInvalidUtf8("\xFF"), EscapeInvalidUtf8("\xEF\xBF\xBD"
                                                         "FF"));
  EXPECT_EQ(ToValidUtf8(EscapeInvalidUtf8("\xFE\xED")), EscapeInvalidUtf8("\xFE\xED"));
}

TEST(StringsTest, EditDistanceCountsEdits) {
  EXPECT_EQ(EditDistance("--logdri", "--logdir"), 2);
  EXPECT_EQ(EditDistance("", "abc"), 3);
}

}  // namespace
}  // namespace stepscope
