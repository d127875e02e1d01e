#include "wire/record_writer.h"

#include <gtest/gtest.h>

namespace stepscope {
namespace {

// Checksums from the table of masked values of the format: see crc32c_test.cc.
TEST(RecordWriterTest, WritesTheFramingOfTfRecord) {
  std::string bytes = "before";
  AppendRecord("a", bytes);
  EXPECT_EQ(bytes.size(), 6 + 12 + 1 + 4);
  EXPECT_EQ(bytes.substr(0, 14), std::string("before\x01\0\0\0\0\0\0\0", 14));
  EXPECT_EQ(bytes.substr(18), "a\x78\x6e\xe4\x28");
}

TEST(RecordWriterTest, WritesAnEmptyRecord) {
  std::string bytes;
  AppendRecord("", bytes);
  EXPECT_EQ(bytes, std::string("\0\0\0\0\0\0\0\0\x29\x03\x98\x07\xd8\xea\x82\xa2", 16));
}

}  // namespace
}  // namespace stepscope
