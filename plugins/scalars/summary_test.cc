#include "plugins/scalars/summary.h"

#include <cmath>
#include <limits>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "wire/event_view.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

using std::string_literals::operator""s;

TEST(SummaryTest, WritesTorchsOldStyleBytes) {
  std::string summary;
  AppendScalarValue("root/no_step", 5.5F, summary);
  // tests/data/fixtures/torch-scalars, the Summary of `root/no_step`.
  EXPECT_EQ(summary, "\x0a\x13\x0a\x0croot/no_step\x15\x00\x00\xb0\x40"s);
}

TEST(SummaryTest, WritesTorchsNewStyleBytes) {
  std::string summary;
  AppendScalarTensorValue("new_style", 0.5, /*double_precision=*/false, summary);
  EXPECT_EQ(summary,
            "\x0a\x22\x0a\x09new_style\x42\x08\x08\x01\x2a\x04\0\0\0\x3f"
            "\x4a\x0b\x0a\x09\x0a\x07scalars"s);
}

TEST(SummaryTest, WritesTorchsDoublePrecisionBytes) {
  std::string summary;
  AppendScalarTensorValue("new_double", 0.0, /*double_precision=*/true, summary);
  EXPECT_EQ(summary,
            "\x0a\x27\x0a\x0anew_double\x42\x0c\x08\x02\x32\x08\0\0\0\0\0\0\0\0"
            "\x4a\x0b\x0a\x09\x0a\x07scalars"s);
}

TEST(SummaryTest, IsReadBackExactly) {
  const std::string tags[] = {
      "",           "a", std::string(127, 'x'), std::string(128, 'y'), std::string(20000, 'z'),
      "\xff\0\x01"s};
  const double values[] = {
      0.0, -0.0, 1.0 / 3, 1e300, std::numeric_limits<double>::infinity(), std::nan("")};
  std::string summary;
  for (const std::string& tag : tags) {
    for (const double value : values) {
      AppendScalarValue(tag, static_cast<float>(value), summary);
      AppendScalarTensorValue(tag, value, true, summary);
    }
  }
  SummaryReader reader(std::as_bytes(std::span(summary)));
  for (const std::string& tag : tags) {
    for (const double value : values) {
      Bytes bytes;
      ASSERT_TRUE(reader.Next(bytes));
      const auto old_style = ParseValue(bytes);
      ASSERT_TRUE(old_style.has_value());
      EXPECT_EQ(old_style->tag, tag);
      EXPECT_EQ(old_style->kind, ValueKind::kSimpleValue);
      EXPECT_EQ(Number::Of(old_style->simple_value).bits,
                Number::Of(static_cast<float>(value)).bits);

      ASSERT_TRUE(reader.Next(bytes));
      const auto tensor = ParseValue(bytes);
      ASSERT_TRUE(tensor.has_value());
      EXPECT_EQ(tensor->tag, tag);
      ASSERT_EQ(tensor->kind, ValueKind::kTensor);
      const auto number = DecodeSingleNumber(tensor->body);
      ASSERT_TRUE(number.has_value());
      EXPECT_EQ(number->type, Number::Type::kFloat64);
      EXPECT_EQ(number->bits, Number::Of(value).bits);
      ASSERT_TRUE(tensor->metadata.has_value());
      EXPECT_EQ(ParseMetadata(*tensor->metadata)->plugin_name, "scalars");
    }
  }
  Bytes rest;
  EXPECT_FALSE(reader.Next(rest));
  EXPECT_TRUE(reader.ok());
}

}  // namespace
}  // namespace stepscope
