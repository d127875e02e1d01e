#include "http/columns.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

Request Asking(std::string accept) {
  Request request;
  request.headers = {{"accept", std::move(accept)}};
  return request;
}

Tables Example() {
  Table a;
  a.facts["run"] = "a\xFF";
  a.columns.push_back({"step", std::vector<int64_t>{std::numeric_limits<int64_t>::min(), 1, 2}});
  a.columns.push_back({"flag", std::vector<uint8_t>{1, 0, 1}});
  a.columns.push_back({"value", std::vector<double>{0.1, std::nan(""), INFINITY}});
  Table b;
  b.columns.push_back({"small", std::vector<float>{0.5f}});
  b.columns.push_back({"big", std::vector<uint64_t>{std::numeric_limits<uint64_t>::max()}});
  b.columns.push_back({"count", std::vector<uint32_t>{7}});
  b.columns.push_back({"none", std::vector<double>{}});
  Tables answer;
  answer.facts["generation"] = 17;
  answer.tables = {a, b};
  return answer;
}

TEST(ColumnsTest, WritesJson) {
  const Response response = Example().ToResponse(Request());
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            "{\"generation\":17,\"tables\":[{\"run\":\"a\xEF\xBF\xBD\","
            "\"step\":[-9223372036854775808,1,2],\"flag\":[1,0,1],"
            "\"value\":[0.1,\"NaN\",\"Infinity\"]},"
            "{\"small\":[0.5],\"big\":[18446744073709551615],\"count\":[7],\"none\":[]}]}");
  EXPECT_EQ(Tables().ToResponse(Request()).body, "{\"tables\":[]}");
}

TEST(ColumnsTest, WritesTheBinaryLayout) {
  const Response response =
      Example().ToResponse(Asking("application/vnd.stepscope.columns, application/json;q=0.1"));
  EXPECT_EQ(response.content_type, "application/vnd.stepscope.columns");
  const std::string& body = response.body;
  ASSERT_GE(body.size(), 16u);
  EXPECT_EQ(body.substr(0, 8), "SSCOLS1\n");
  uint32_t header_bytes = 0;
  uint32_t zero = 1;
  std::memcpy(&header_bytes, body.data() + 8, 4);
  std::memcpy(&zero, body.data() + 12, 4);
  EXPECT_EQ(header_bytes % 8, 0u);
  EXPECT_EQ(zero, 0u);

  const Json header = Json::parse(body.substr(16, header_bytes));
  EXPECT_EQ(header["generation"], 17);
  EXPECT_EQ(header["tables"][0]["run"], "a\xEF\xBF\xBD");
  EXPECT_EQ(header["tables"][0]["columns"].dump(),
            R"([{"name":"step","type":"i64","length":3,"offset":0},)"
            R"({"name":"flag","type":"u8","length":3,"offset":24},)"
            R"({"name":"value","type":"f64","length":3,"offset":32}])");
  EXPECT_EQ(header["tables"][1]["columns"].dump(),
            R"([{"name":"small","type":"f32","length":1,"offset":56},)"
            R"({"name":"big","type":"u64","length":1,"offset":64},)"
            R"({"name":"count","type":"u32","length":1,"offset":72},)"
            R"({"name":"none","type":"f64","length":0,"offset":80}])");
  EXPECT_EQ(body.size(), 16 + header_bytes + 80);

  const char* const columns = body.data() + 16 + header_bytes;
  double values[3];
  std::memcpy(values, columns + 32, sizeof(values));
  EXPECT_EQ(values[0], 0.1);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], INFINITY);
  uint64_t big = 0;
  std::memcpy(&big, columns + 64, sizeof(big));
  EXPECT_EQ(big, std::numeric_limits<uint64_t>::max());
}

}  // namespace
}  // namespace stepscope
