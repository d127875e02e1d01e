#include "server/reply.h"

#include <libdeflate.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepscope {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

std::string Unzip(std::string_view packed) {
  std::string bytes(1 << 20, '\0');
  size_t size = 0;
  libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  EXPECT_EQ(libdeflate_gzip_decompress(decompressor, packed.data(), packed.size(), bytes.data(),
                                       bytes.size(), &size),
            LIBDEFLATE_SUCCESS);
  libdeflate_free_decompressor(decompressor);
  bytes.resize(size);
  return bytes;
}

TEST(ReplyTest, ReadsAcceptEncoding) {
  for (const std::string_view accepted :
       {"gzip", "br, gzip", "x-gzip", "*", "deflate, GZIP", "br;q=0.5, gzip", "br;q=1, *"}) {
    EXPECT_TRUE(AcceptsGzip(accepted)) << accepted;
  }
  for (const std::string_view refused :
       {"", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzipx", "gzip;q=0.5", "gzip;Q=1",
        "gzip;level=3;q=0", "*;q=0.1", "gzip;q=0, *"}) {
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
  EXPECT_THAT(reply.headers, Contains(Pair("Expires", "0")));
}

TEST(ReplyTest, FormatsTheHead) {
  Reply reply = ToReply(Response::Text(404, "text"), "");
  const std::string head = FormatHead(reply, /*keep_alive=*/false);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 404 Not Found\r\nDate: "));
  EXPECT_THAT(head, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(head, EndsWith("\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"));
  reply.status = 304;
  EXPECT_THAT(FormatHead(reply, true), Not(HasSubstr("Content-Length")));
  reply.AddHeader("X", std::string(100'000, 'x'));
  EXPECT_LT(FormatHead(reply, true).size(), 10'000u);
}

TEST(ReplyTest, LeavesGivenCacheControlAlone) {
  Response response = Response::Text(200, "");
  response.headers = {{"Cache-Control", "private, max-age=60"}};
  const Reply reply = ToReply(response, "");
  EXPECT_THAT(reply.headers, Contains(Pair("Cache-Control", "private, max-age=60")));
  EXPECT_THAT(reply.headers, Not(Contains(Pair("Cache-Control", "no-cache, must-revalidate"))));
  EXPECT_THAT(reply.headers, Not(Contains(Pair("Expires", "0"))));
  EXPECT_THAT(reply.headers, Contains(Key("Content-Type")));
}

}  // namespace
}  // namespace stepscope
