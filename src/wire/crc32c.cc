#include "wire/crc32c.h"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

#include <asm/hwcap.h>
#endif

namespace stepscope {
namespace {

static_assert(std::endian::native == std::endian::little, "event files are read as they lie");

// The generator, with its bits in reversed order as the checksum wants them.
constexpr uint32_t kPolynomial = 0x82f63b78;

using crc32c_internal::Load64;
#ifdef STEPSCOPE_CRC_TARGET
using crc32c_internal::Step8;
using crc32c_internal::Tail;
#endif

// kSliced[k][b]: the checksum of byte b followed by k zero bytes.
constexpr auto kSliced = [] {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}();

#ifdef STEPSCOPE_CRC_TARGET

// The product of two polynomials modulo the generator, in the checksum's bit order (x^0 on top).
constexpr uint32_t Multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = uint32_t{1} << 31; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? kPolynomial : 0);
  }
  return product;
}

// What appending `kZeroBytes` zeros (a power of two) makes of a checksum, one table a byte of it.
using ShiftTable = std::array<std::array<uint32_t, 256>, 4>;
template <size_t kZeroBytes>
constexpr ShiftTable kShift = [] {
  uint32_t power = uint32_t{1} << (31 - 8);  // x^8: one zero byte.
  for (size_t bytes = 1; bytes < kZeroBytes; bytes *= 2) power = Multiply(power, power);
  ShiftTable table{};
  for (uint32_t k = 0; k < 4; ++k) {
    for (uint32_t byte = 0; byte < 256; ++byte) table[k][byte] = Multiply(byte << (8 * k), power);
  }
  return table;
}();

uint32_t Shift(const ShiftTable& table, uint64_t crc) {
  return table[0][crc & 0xff] ^ table[1][(crc >> 8) & 0xff] ^ table[2][(crc >> 16) & 0xff] ^
         table[3][(crc >> 24) & 0xff];
}

// The instruction takes three cycles but one can start in each, so three neighbouring blocks of
// `kBlock` bytes go through side by side and their checksums are joined.
template <size_t kBlock>
STEPSCOPE_CRC_TARGET inline uint64_t ThreeBlocks(const std::byte* at, uint64_t first) {
  uint64_t second = 0;
  uint64_t third = 0;
  for (size_t i = 0; i < kBlock; i += 8) {
    first = Step8(first, Load64(at + i));
    second = Step8(second, Load64(at + kBlock + i));
    third = Step8(third, Load64(at + 2 * kBlock + i));
  }
  second ^= Shift(kShift<kBlock>, first);
  return third ^ Shift(kShift<kBlock>, second);
}

STEPSCOPE_CRC_TARGET uint32_t Crc32cHardware(std::span<const std::byte> data, uint32_t crc) {
  // Short blocks for records of a kilobyte, long ones so that joining costs nothing.
  constexpr size_t kShort = 256;
  constexpr size_t kLong = 4096;
  const std::byte* at = data.data();
  const std::byte* const end = at + data.size();
  uint64_t state = ~crc;
  if (data.size() < 8) {
    std::byte padded[8] = {};
    std::copy(at, end, padded + 8 - data.size());
    return ~static_cast<uint32_t>(data.empty() ? state : Tail(state, padded + 8, data.size()));
  }
  if (data.size() >= 3 * kShort) [[unlikely]] {
    for (; end - at >= std::ptrdiff_t{3 * kLong}; at += 3 * kLong)
      state = ThreeBlocks<kLong>(at, state);
    for (; end - at >= std::ptrdiff_t{3 * kShort}; at += 3 * kShort) {
      state = ThreeBlocks<kShort>(at, state);
    }
  }
  for (; end - at >= 8; at += 8) state = Step8(state, Load64(at));
  if (at != end) state = Tail(state, end, static_cast<size_t>(end - at));
  return ~static_cast<uint32_t>(state);
}

#ifdef STEPSCOPE_ALWAYS_HAS_CRC
constexpr bool kHasHardware = true;  // Whatever runs this build has it.
#else
// False until this file's initialisers ran, which costs speed and no more.
const bool kHasHardware = [] {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
#else
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#endif
}();
#endif

#endif  // STEPSCOPE_CRC_TARGET

}  // namespace

uint32_t Crc32cPortable(std::span<const std::byte> data, uint32_t crc) {
  const std::byte* at = data.data();
  size_t left = data.size();
  uint32_t state = ~crc;
  for (; left >= 8; left -= 8, at += 8) {
    const uint64_t word = Load64(at) ^ state;
    state = 0;
    for (size_t k = 0; k < 8; ++k) state ^= kSliced[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; left > 0; --left, ++at) {
    state = (state >> 8) ^ kSliced[0][(state ^ std::to_integer<uint32_t>(*at)) & 0xff];
  }
  return ~state;
}

uint32_t Crc32c(std::span<const std::byte> data, uint32_t crc) {
#ifdef STEPSCOPE_CRC_TARGET
  if (kHasHardware) [[likely]]
    return Crc32cHardware(data, crc);
#endif
  return Crc32cPortable(data, crc);
}

}  // namespace stepscope
