// CRC-32C (Castagnoli), as the record framing uses it. Checked against each other in
// crc32c_test.cc: a portable table version and one with the processor's instructions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace stepscope {

// The CRC-32C of `data` appended to bytes whose CRC-32C is `crc` (0 for none): picked once by what
// the processor can.
uint32_t Crc32c(std::span<const std::byte> data, uint32_t crc = 0);
uint32_t Crc32cPortable(std::span<const std::byte> data, uint32_t crc = 0);

// The CRC-32C of eight bytes as they lie in memory: a record's length, checked once a record.
inline uint32_t Crc32cOfWord(uint64_t word) {
#ifdef __SSE4_2__
  return ~static_cast<uint32_t>(__builtin_ia32_crc32di(0xffffffff, word));
#else
  return Crc32c(std::as_bytes(std::span(&word, 1)));
#endif
}

// TFRecord stores checksums masked: rotated right by 15 bits, plus a constant.
constexpr uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }
inline uint32_t MaskedCrc32c(std::span<const std::byte> data) { return MaskCrc(Crc32c(data)); }

}  // namespace stepscope
