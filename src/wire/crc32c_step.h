// The processor's CRC-32C instruction, a word at a time. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#define STEPSCOPE_CRC_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__) && defined(__linux__)
#include <arm_acle.h>
#define STEPSCOPE_CRC_TARGET __attribute__((target("+crc")))
#endif

// Whatever runs this build has the instruction.
#if defined(__SSE4_2__) || defined(__ARM_FEATURE_CRC32)
#define STEPSCOPE_ALWAYS_HAS_CRC
#endif

namespace stepscope::crc32c_internal {

inline uint64_t Load64(const std::byte* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

#if defined(__x86_64__)
STEPSCOPE_CRC_TARGET inline uint64_t Step8(uint64_t crc, uint64_t word) {
  return __builtin_ia32_crc32di(crc, word);
}
#elif defined(STEPSCOPE_CRC_TARGET)
STEPSCOPE_CRC_TARGET inline uint64_t Step8(uint64_t crc, uint64_t word) {
  return __crc32cd(static_cast<uint32_t>(crc), word);
}
#endif

#ifdef STEPSCOPE_CRC_TARGET

// Takes the 1 to 7 bytes that end before `end` into the checksum, in one step: with them on top of
// a word, the zeros below do not change a checksum of zero. Eight bytes before `end` must be
// readable.
STEPSCOPE_CRC_TARGET inline uint64_t Tail(uint64_t crc, const std::byte* end, size_t bytes) {
  const size_t bits = 8 * bytes;
  const uint64_t word = (Load64(end - 8) >> (64 - bits)) ^ (crc & 0xffffffff);
  return Step8(0, word << (64 - bits)) ^ ((crc & 0xffffffff) >> bits);
}

#endif  // STEPSCOPE_CRC_TARGET

}  // namespace stepscope::crc32c_internal
