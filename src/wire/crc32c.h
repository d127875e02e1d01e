// CRC-32C (Castagnoli), as the record framing uses it. Checked against each other in
// crc32c_test.cc: a portable table version and one with the processor's instructions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/crc32c_step.h"

namespace stepscope {

// The CRC-32C of `data` appended to bytes whose CRC-32C is `crc` (0 for none): picked once by what
// the processor can.
uint32_t Crc32c(std::span<const std::byte> data, uint32_t crc = 0);
uint32_t Crc32cPortable(std::span<const std::byte> data, uint32_t crc = 0);

// The same as Crc32c(data) without a call, for the few words of most records.
inline uint32_t Crc32cOfRecord(std::span<const std::byte> data) {
#ifdef STEPSCOPE_ALWAYS_HAS_CRC
  constexpr size_t kMaxInlineBytes = 256;  // Longer ones go through in three lanes.
  if (data.size() >= 8 && data.size() <= kMaxInlineBytes) [[likely]] {
    const std::byte* at = data.data();
    const std::byte* const end = at + data.size();
    uint64_t state = 0xffffffff;
    for (; end - at >= 8; at += 8) {
      state = crc32c_internal::Step8(state, crc32c_internal::Load64(at));
    }
    if (at != end) state = crc32c_internal::Tail(state, end, static_cast<size_t>(end - at));
    return ~static_cast<uint32_t>(state);
  }
#endif
  return Crc32c(data);
}

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
