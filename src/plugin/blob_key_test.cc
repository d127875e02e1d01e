#include "plugin/blob_key.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

TEST(BlobKeyTest, SaysTheSameAsUpstream) {
  // base64.urlsafe_b64encode(json.dumps(("", "images", "train", "im", 1, 2), separators=(",",
  // ":")))
  const BlobKey key{.plugin = "images", .run = "train", .tag = "im", .step = 1, .index = 2};
  EXPECT_EQ(key.Encode(), "WyIiLCJpbWFnZXMiLCJ0cmFpbiIsImltIiwxLDJd");
  // The same of "é\U0001f600\"\\\n\x7f", with every padding.
  const BlobKey odd{.plugin = "images", .run = "\xc3\xa9\xf0\x9f\x98\x80\"\\\n\x7f", .tag = "t"};
  EXPECT_EQ(odd.Encode(),
            "WyIiLCJpbWFnZXMiLCJcdTAwZTlcdWQ4M2RcdWRlMDBcIlxcXG5cdTAwN2YiLCJ0IiwwLDBd");
}

TEST(BlobKeyTest, IsReadBack) {
  for (const std::string& name :
       {std::string(), std::string("a/b c"), std::string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
        std::string("\"\\\b\f\n\r\t\x01\x7f", 9)}) {
    const BlobKey key{.experiment = name,
                      .plugin = "audio",
                      .run = name,
                      .tag = name + "x",
                      .step = INT64_MIN,
                      .index = UINT32_MAX};
    const auto decoded = BlobKey::Decode(key.Encode());
    ASSERT_TRUE(decoded) << name;
    EXPECT_EQ(decoded->experiment, name);
    EXPECT_EQ(decoded->plugin, "audio");
    EXPECT_EQ(decoded->run, name);
    EXPECT_EQ(decoded->tag, name + "x");
    EXPECT_EQ(decoded->step, INT64_MIN);
    EXPECT_EQ(decoded->index, UINT32_MAX);
  }
}

TEST(BlobKeyTest, RefusesWhatIsNoKey) {
  // The last three: [1], ["","","","",1.5,0], ["","","","",0,4294967296].
  for (const std::string& text :
       {std::string(), std::string("!"), std::string("bm90IGpzb24"), std::string("WzFd"),
        std::string("WyIiLCIiLCIiLCIiLDEuNSwwXQ"),
        std::string("WyIiLCIiLCIiLCIiLDAsNDI5NDk2NzI5Nl0"), std::string(1 << 20, 'A')}) {
    EXPECT_FALSE(BlobKey::Decode(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace stepscope
