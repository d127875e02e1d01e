#include "http/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Code CodeOf(std::string_view target) {
  const auto parsed = ParseTarget(target);
  return parsed ? Code::kOk : parsed.error().code;
}

Request FormRequest(std::string content_type, std::string body) {
  Request request;
  request.method = Method::kPost;
  request.headers = {{"content-type", std::move(content_type)}};
  request.body = std::move(body);
  return request;
}

TEST(AnnounceTest, LongWorkIsToBeTriedAgainWhereThereIsTime) {
  Request request;
  EXPECT_TRUE(request.Announce(std::chrono::hours(1), 10));  // Nobody minds.
  request.job = std::make_shared<Job>();
  EXPECT_TRUE(request.Announce(Job::kLong, 10));
  EXPECT_FALSE(request.job->WaitsForAdmission());
  EXPECT_FALSE(request.Announce(Job::kLong + std::chrono::nanoseconds(1), 10));
  EXPECT_TRUE(request.job->WaitsForAdmission());
  request.job->Admit();
  EXPECT_TRUE(request.Announce(std::chrono::hours(1), 10));
  EXPECT_FALSE(request.job->WaitsForAdmission());
  EXPECT_EQ(request.job->fraction(), 0);
  request.job->Add(4);
  EXPECT_EQ(request.job->fraction(), 0.4);
  request.job->Expect(10);
  EXPECT_EQ(request.job->fraction(), 0.2);
  request.job->Add(100);
  EXPECT_EQ(request.job->fraction(), 1);
}

TEST(ParseTargetTest, DecodesPathAndQuery) {
  const auto target = ParseTarget("/a%20b/c+d?run=x%2Fy+z&tag=&flag&run=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/c+d");  // '+' is a space in queries only.
  EXPECT_THAT(target->query, ElementsAre(Pair("run", "x/y z"), Pair("tag", ""), Pair("flag", ""),
                                         Pair("run", "2")));
}

TEST(ParseTargetTest, KeepsWhatOnlyLooksLikeDots) {
  EXPECT_EQ(CodeOf("/a..b/...?x=../.."), Code::kOk);
  EXPECT_EQ(ParseTarget("/%252e%252e/")->path, "/%2e%2e/");  // Decoded once.
  EXPECT_EQ(ParseTarget("//")->path, "//");
}

TEST(ParseTargetTest, RefusesWhatCouldClimbOrConfuse) {
  for (const std::string_view target :
       {"",         "*",    "http://host/", "a",    "/../",     "/a/..", "/%2e%2e/x", "/.%2E/x",
        "/a/./b",   "/%2e", "/a%2f..%2fb",  "/%00", "/x?a=%00", "/%",    "/%2",       "/%zz",
        "/x?a=%g1", "/x?%", "/a b",         "/a#b", "/a\nb",    "/a\x7f"}) {
    EXPECT_EQ(CodeOf(target), Code::kInvalidArgument) << target;
  }
}

TEST(RequestTest, FindsValues) {
  Request request;
  request.query = {{"run", "a"}, {"run", "b"}, {"n", "12"}, {"bad", "1x"}, {"empty", ""}};
  request.headers = {{"accept", "text/html"}};
  EXPECT_EQ(request.Query("run"), "a");
  EXPECT_EQ(request.Query("tag"), std::nullopt);
  EXPECT_THAT(request.QueryAll("run"), ElementsAre("a", "b"));
  EXPECT_THAT(request.QueryAll("tag"), IsEmpty());
  EXPECT_EQ(request.Header("accept"), "text/html");
  EXPECT_EQ(request.Header("host"), std::nullopt);
  EXPECT_EQ(request.QueryInt("n", 5, 0, 100).value(), 12);
  EXPECT_EQ(request.QueryInt("absent", 5, 0, 100).value(), 5);
  EXPECT_EQ(request.QueryInt("empty", 5, 0, 100).value(), 5);
  EXPECT_THAT(request.QueryInt("n", 5, 0, 10).error().message,
              HasSubstr("n must be a whole number from 0 to 10"));
  EXPECT_FALSE(request.QueryInt("bad", 5, 0, 10));
}

TEST(RequestTest, AnswersJsonUnlessColumnsAreNamedFirst) {
  const auto wants_json = [](std::string accept) {
    Request request;
    request.headers = {{"accept", std::move(accept)}};
    return request.WantsJson();
  };
  EXPECT_TRUE(Request().WantsJson());
  EXPECT_TRUE(wants_json("*/*"));
  EXPECT_TRUE(wants_json("application/json, application/vnd.stepscope.columns"));
  EXPECT_FALSE(wants_json("application/vnd.stepscope.columns"));
  EXPECT_FALSE(wants_json("application/vnd.stepscope.columns, application/json;q=0.5"));
}

TEST(ParseFormTest, ReadsUrlencodedForms) {
  const auto fields = ParseForm(
      FormRequest("application/x-www-form-urlencoded; charset=UTF-8", "tag=a+b&runs=x&runs=y%2Fz"));
  ASSERT_TRUE(fields);
  EXPECT_THAT(*fields, ElementsAre(Pair("tag", "a b"), Pair("runs", "x"), Pair("runs", "y/z")));
  EXPECT_FALSE(ParseForm(FormRequest("application/x-www-form-urlencoded", "a=%")));
}

TEST(ParseFormTest, ReadsMultipartForms) {
  const std::string body =
      "ignored\r\n--x-1\r\n"
      "Content-Disposition: form-data; name=\"tag\"\r\n\r\n"
      "a+b\r\n--x-1  \r\n"
      "content-disposition: form-data; filename=\"f;g\"; name=\"a \\\" b\"\r\n"
      "Content-Type: text/plain\r\n\r\n"
      "two\r\nlines\r\n--x-1\r\n"
      "Content-Disposition: form-data; name=empty\r\n\r\n"
      "\r\n--x-1--\r\n";
  const auto fields = ParseForm(FormRequest("multipart/form-data; boundary=\"x-1\"", body));
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_THAT(*fields,
              ElementsAre(Pair("tag", "a+b"), Pair("a \" b", "two\r\nlines"), Pair("empty", "")));
}

TEST(ParseFormTest, RefusesEveryCutOfAMultipartForm) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nvalue\r\n--b--";
  ASSERT_TRUE(ParseForm(FormRequest("multipart/form-data; boundary=b", body)));
  for (size_t cut = 0; cut < body.size(); ++cut) {
    EXPECT_FALSE(ParseForm(FormRequest("multipart/form-data; boundary=b", body.substr(0, cut))))
        << cut;
  }
  EXPECT_FALSE(ParseForm(FormRequest("multipart/form-data", body)));
}

TEST(ParseFormTest, BoundsTheNumberOfFields) {
  std::string body;
  for (int i = 0; i < 100'001; ++i) body += "a&";
  EXPECT_FALSE(ParseForm(FormRequest("application/x-www-form-urlencoded", body)));
}

TEST(ParseFormTest, HasNoFieldsForOtherTypes) {
  EXPECT_THAT(ParseForm(FormRequest("application/json", "{\"a\": 1}")).value(), IsEmpty());
  EXPECT_THAT(ParseForm(Request()).value(), IsEmpty());
}

}  // namespace
}  // namespace stepscope
