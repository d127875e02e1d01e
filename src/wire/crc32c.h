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

// TFRecord stores checksums masked: rotated right by 15 bits, plus a constant.
constexpr uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }
inline uint32_t MaskedCrc32c(std::span<const std::byte> data) { return MaskCrc(Crc32c(data)); }

}  // namespace stepscope
