#include "wire/crc32c.h"

#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::byte> RandomBytes(size_t count, std::mt19937_64& random) {
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(Crc32cTest, KnownValues) {
  struct Case {
    std::string_view data;
    uint32_t crc, masked;
  };
  using std::string_view_literals::operator""sv;
  const Case cases[] = {
      {""sv, 0x00000000, 0xa282ead8},
      {"123456789"sv, 0xe3069283, 0xc78ab0e5},
      {"a"sv, 0xc1d04330, 0x28e46e78},
      {"\0\0\0\0\0\0\0\0"sv, 0x8c28b28a, 0x07980329},
      {"\x18\0\0\0\0\0\0\0"sv, 0x4a65bfe4, 0x224b7fa3},  // The length field of a 24-byte record.
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.data);
    EXPECT_EQ(Crc32c(AsBytes(c.data)), c.crc);
    EXPECT_EQ(Crc32cPortable(AsBytes(c.data)), c.crc);
    EXPECT_EQ(MaskedCrc32c(AsBytes(c.data)), c.masked);
  }
}

// Every length across the places where the block sizes change, at every alignment.
TEST(Crc32cTest, HardwareEqualsPortableAtEveryShortLength) {
  std::mt19937_64 random(1);
  const std::vector<std::byte> bytes = RandomBytes(2500 + 8, random);
  for (size_t length = 0; length <= 2500; ++length) {
    const auto data = std::span(bytes).subspan(length % 8, length);
    ASSERT_EQ(Crc32c(data), Crc32cPortable(data)) << length;
  }
}

TEST(Crc32cTest, HardwareEqualsPortableOnRandomInput) {
  std::mt19937_64 random(2);
  const std::vector<std::byte> bytes = RandomBytes(100'000, random);
  for (int i = 0; i < 1'000; ++i) {
    const size_t begin = random() % bytes.size();
    const auto data = std::span(bytes).subspan(begin, random() % (bytes.size() - begin));
    const auto start = static_cast<uint32_t>(random());
    ASSERT_EQ(Crc32c(data, start), Crc32cPortable(data, start)) << begin << ' ' << data.size();
  }
}

TEST(Crc32cTest, GoesOnWhereAnotherEnded) {
  std::mt19937_64 random(3);
  const std::vector<std::byte> bytes = RandomBytes(30'000, random);
  const auto data = std::span<const std::byte>(bytes);
  const uint32_t whole = Crc32c(data);
  for (int i = 0; i < 300; ++i) {
    const size_t cut = random() % bytes.size();
    ASSERT_EQ(Crc32c(data.subspan(cut), Crc32c(data.first(cut))), whole) << cut;
  }
}

}  // namespace
}  // namespace stepscope
