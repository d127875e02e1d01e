#include <cstdint>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tensorboard/hparams.pb.h>

#include "plugin/proto_json.h"

namespace stepscope {
namespace {

namespace hparams = tensorboard::hparams;

using testing::ElementsAre;
using testing::HasSubstr;

hparams::ListSessionGroupsRequest Parsed(const std::string& json) {
  hparams::ListSessionGroupsRequest request;
  const Status status = ParseProtoJson(json, request);
  EXPECT_TRUE(status) << json << ": " << status.error().message;
  return request;
}

std::string Refusal(const std::string& json) {
  hparams::ListSessionGroupsRequest request;
  const Status status = ParseProtoJson(json, request);
  EXPECT_FALSE(status) << json;
  EXPECT_EQ(status.error().code, Code::kInvalidArgument) << json;
  return status.error().message;
}

TEST(HparamsRequestTest, TakesBothSpellingsOfNames) {
  const auto request = Parsed(R"({"sliceSize": 3, "start_index": 2})");
  EXPECT_EQ(request.slice_size(), 3);
  EXPECT_EQ(request.start_index(), 2);
  EXPECT_THAT(Refusal(R"({"SliceSize": 3})"), HasSubstr("no field SliceSize"));
}

TEST(HparamsRequestTest, NumbersMayBeTextsAndFractionsWithoutOne) {
  for (const std::string number : {"3", "3.0", "3e0", "\"3\"", "\"3.0\""}) {
    EXPECT_EQ(Parsed(R"({"sliceSize": )" + number + "}").slice_size(), 3) << number;
  }
  for (const std::string number :
       {"3.5", "true", "[3]", "\"x\"", "\"\"", "\" 3\"", "2147483648", "-2147483649", "1e30"}) {
    EXPECT_THAT(Refusal(R"({"sliceSize": )" + number + "}"), HasSubstr("sliceSize")) << number;
  }
  EXPECT_EQ(Parsed(R"({"sliceSize": -2147483648})").slice_size(), INT32_MIN);
}

TEST(HparamsRequestTest, InfinitiesAreTexts) {
  const auto request = Parsed(
      R"({"colParams": [{"filterInterval": {"minValue": "-Infinity", "maxValue": "inf"}}]})");
  const auto& interval = request.col_params(0).filter_interval();
  EXPECT_EQ(interval.min_value(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(interval.max_value(), std::numeric_limits<double>::infinity());
  EXPECT_THAT(Refusal(R"({"colParams": [{"filterInterval": {"minValue": "x"}}]})"),
              HasSubstr("colParams[0].filterInterval.minValue must be a number"));
}

TEST(HparamsRequestTest, EnumerationsAreNamesOrNumbers) {
  const auto request = Parsed(R"({"allowedStatuses": ["STATUS_RUNNING", 1, 99]})");
  EXPECT_THAT(request.allowed_statuses(), ElementsAre(3, 1, 99));
  EXPECT_THAT(Refusal(R"({"allowedStatuses": ["STATUS_NONE"]})"), HasSubstr("allowedStatuses[0]"));
  EXPECT_THAT(Refusal(R"({"allowedStatuses": [null]})"), HasSubstr("must not be null"));
  EXPECT_THAT(Refusal(R"({"allowedStatuses": 1})"), HasSubstr("must be a list"));
}

TEST(HparamsRequestTest, ValuesKeepTheirKinds) {
  const auto request = Parsed(
      R"({"colParams": [{"hparam": "a", "filterDiscrete": [1, "1", true, null, [2], {}]}]})");
  const auto& values = request.col_params(0).filter_discrete().values();
  ASSERT_EQ(values.size(), 6);
  EXPECT_EQ(values[0].number_value(), 1);
  EXPECT_EQ(values[1].string_value(), "1");
  EXPECT_TRUE(values[2].bool_value());
  EXPECT_TRUE(values[3].has_null_value());
  EXPECT_EQ(values[4].list_value().values(0).number_value(), 2);
  EXPECT_TRUE(values[5].has_null_value());
}

TEST(HparamsRequestTest, OfAlternativesThereIsOne) {
  EXPECT_THAT(Refusal(R"({"colParams": [{"hparam": "a", "metric": {}}]})"),
              HasSubstr("only one can be there"));
  EXPECT_TRUE(
      Parsed(R"({"colParams": [{"hparam": "a", "metric": null}]})").col_params(0).has_hparam());
  EXPECT_THAT(Refusal(R"({"sliceSize": 1, "sliceSize": 2})"), HasSubstr("twice"));
}

TEST(HparamsRequestTest, NullIsNothing) {
  const auto request = Parsed(R"({"includeMetrics": null, "colParams": null, "sliceSize": null})");
  EXPECT_FALSE(request.has_include_metrics());
  EXPECT_FALSE(Parsed(R"({"includeMetrics": false})").include_metrics());
  EXPECT_TRUE(Parsed(R"({"includeMetrics": false})").has_include_metrics());
}

TEST(HparamsRequestTest, WhatIsNoRequestIsRefused) {
  for (const std::string json : {"", "x", "5", "null", "\"a\"", "[1]", "{", "{} {}", "{'a': 1}"}) {
    EXPECT_FALSE(Refusal(json).empty()) << json;
  }
  EXPECT_EQ(Parsed("[]").slice_size(), 0);  // As json_format.py has it.
}

TEST(HparamsRequestTest, NestingHasALimit) {
  const auto nested = [](int depth) {
    const auto lists = static_cast<size_t>(depth);
    return R"({"colParams": [{"filterDiscrete": [)" + std::string(lists, '[') +
           std::string(lists, ']') + "]}]}";
  };
  EXPECT_EQ(Parsed(nested(40)).col_params_size(), 1);
  EXPECT_THAT(Refusal(nested(100)), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace stepscope
