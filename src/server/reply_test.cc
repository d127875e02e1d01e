#include "server/reply.h"

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

std::string Unzip(std::string_view packed) {
  std::string bytes(1 << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

TEST(ReplyTest, ReadsAcceptEncoding) {
  for (const std::string_view accepted :
       {"gzip", "br, gzip", "x-gzip", "*", "deflate, GZIP;q=0.5", "gzip; q=1.0"}) {
    EXPECT_TRUE(AcceptsGzip(accepted)) << accepted;
  }
  for (const std::string_view refused :
       {"", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzipx"}) {
    EXPECT_FALSE(AcceptsGzip(refused)) << refused;
  }
}

TEST(ReplyTest, CompressesWhereItPays) {
  Response response = Response::Text(200, std::string(5000, 'a') + "end");
  const Reply packed = ToReply(response, "gzip, deflate");
  EXPECT_THAT(packed.headers, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(packed.headers, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_LT(packed.Body().size(), 200u);
  EXPECT_EQ(Unzip(packed.Body()), response.body);

  EXPECT_EQ(ToReply(response, "").body, response.body);
  response.content_type = "image/png";
  EXPECT_EQ(ToReply(response, "gzip").body, response.body);
  response.content_type = "application/vnd.stepscope.columns";
  EXPECT_EQ(Unzip(ToReply(response, "gzip").body), response.body);
  response.may_compress = false;
  EXPECT_EQ(ToReply(response, "gzip").body, response.body);
  EXPECT_EQ(ToReply(Response::Text(200, "short"), "gzip").body, "short");
}

TEST(ReplyTest, KeepsHeadersInOneLine) {
  Response response = Response::Text(200, "");
  response.headers = {{"Content-Disposition", "attachment; filename=\"a\r\nSet-Cookie: x\""}};
  const Reply reply = ToReply(response, "");
  EXPECT_THAT(reply.headers,
              Contains(Pair("Content-Disposition", "attachment; filename=\"a__Set-Cookie: x\"")));
  EXPECT_THAT(reply.headers, Contains(Pair("Cache-Control", "no-cache, must-revalidate")));
}

TEST(ReplyTest, LeavesGivenCacheControlAlone) {
  Response response = Response::Text(200, "");
  response.headers = {{"Cache-Control", "private, max-age=60"}};
  const Reply reply = ToReply(response, "");
  EXPECT_THAT(reply.headers, Contains(Pair("Cache-Control", "private, max-age=60")));
  EXPECT_THAT(reply.headers, Not(Contains(Pair("Cache-Control", "no-cache, must-revalidate"))));
  EXPECT_THAT(reply.headers, Contains(Key("Content-Type")));
}

}  // namespace
}  // namespace stepscope
