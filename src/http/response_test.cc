#include "http/response.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(double value) {
  std::string text;
  AppendJsonNumber(value, text);
  return text;
}

std::string String(std::string_view value) {
  std::string text;
  AppendJsonString(value, text);
  return text;
}

TEST(AppendJsonNumberTest, PrintsAsPythonDoes) {
  EXPECT_EQ(Number(0.0), "0.0");
  EXPECT_EQ(Number(-0.0), "-0.0");
  EXPECT_EQ(Number(5), "5.0");
  EXPECT_EQ(Number(-17), "-17.0");
  EXPECT_EQ(Number(9007199254740991), "9007199254740991.0");
  EXPECT_EQ(Number(9007199254740992), "9007199254740992.0");
  EXPECT_EQ(Number(-9007199254740994), "-9007199254740994.0");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(0.1f), "0.10000000149011612");  // A float32, widened.
  EXPECT_EQ(Number(0.0001), "0.0001");
  EXPECT_EQ(Number(0.00001), "1e-05");
  EXPECT_EQ(Number(1e15), "1000000000000000.0");
  EXPECT_EQ(Number(1e16), "1e+16");
  EXPECT_EQ(Number(1700000000.25), "1700000000.25");
  EXPECT_EQ(Number(5e-324), "5e-324");
  EXPECT_EQ(Number(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(Number(std::nan("")), "\"NaN\"");
  EXPECT_EQ(Number(INFINITY), "\"Infinity\"");
  EXPECT_EQ(Number(-INFINITY), "\"-Infinity\"");
}

TEST(AppendJsonNumberTest, ReadsBackExactlyAndAgreesWithFormatDouble) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(ParseDouble(Number(value)), value);
    EXPECT_EQ(Number(value), FormatDouble(value));
  }
}

TEST(AppendJsonStringTest, EscapesAndRepairs) {
  EXPECT_EQ(String("plain"), "\"plain\"");
  EXPECT_EQ(String(""), "\"\"");
  EXPECT_EQ(String("a\"b\\c\n\r\t\x01/"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001/\"");
  EXPECT_EQ(String("größe"), "\"größe\"");
  EXPECT_EQ(String("a\xFF\"b"), "\"a\xEF\xBF\xBD\\\"b\"");
}

TEST(ResponseTest, JsonIsCompactAndStandsByItsRules) {
  const Json value = {{"z", 1},
                      {"a", {1.0, std::nan(""), -INFINITY, nullptr, true}},
                      {"big", std::numeric_limits<uint64_t>::max()},
                      {"low", std::numeric_limits<int64_t>::min()},
                      {"bad\xFF", "x\xC0y"},
                      {"empty", Json::object()}};
  const Response response = Response::Json(value);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            "{\"z\":1,\"a\":[1.0,\"NaN\",\"-Infinity\",null,true],\"big\":18446744073709551615,"
            "\"low\":-9223372036854775808,\"bad\xEF\xBF\xBD\":\"x\xEF\xBF\xBDy\",\"empty\":{}}");
  EXPECT_FALSE(Json::parse(response.body, nullptr, false).is_discarded());
}

TEST(ResponseTest, ErrorsHaveTheStatusOfTheirCode) {
  const Response response = Response::FromError({Code::kNotFound, "no such run"});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "Not found: no such run");
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(Response::FromError({Code::kInvalidArgument, ""}).status, 400);
  EXPECT_EQ(Response::FromError({Code::kOutOfRange, ""}).status, 400);
  EXPECT_EQ(Response::FromError({Code::kUnauthenticated, ""}).status, 401);
  EXPECT_EQ(Response::FromError({Code::kPermissionDenied, ""}).status, 403);
  EXPECT_EQ(Response::FromError({Code::kResourceExhausted, ""}).status, 413);
  EXPECT_EQ(Response::FromError({Code::kUnavailable, ""}).status, 503);
  EXPECT_EQ(Response::FromError({Code::kDataLoss, ""}).status, 500);
}

}  // namespace
}  // namespace stepscope
