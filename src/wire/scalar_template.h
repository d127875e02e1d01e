// The hot path of a scan: training loops log the same tags over and over, and the records of one
// scalar series differ in nothing but wall time, step and number. A template is what is left; a
// record that fits it need not be parsed.
//
//   length:u64 crc:u32 | 09 wall_time:f64 | 10 step:varint | 2a size { 0a size { tag, number ... }
//   }
//                                           (absent for 0)   \_____ the same but for the number _/
//   | crc:u32
//
// Records of a run are of many lengths, and a processor that guesses wrongly how often a loop goes
// round loses as much time as all the rest takes. So there is no loop: what is compared and what
// the checksum is taken of is a window of fixed size that ends where the data end.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "wire/crc32c.h"
#include "wire/event_view.h"
#include "wire/record_reader.h"
#include "wire/tensor_view.h"

namespace stepscope {

class ScalarTemplate {
 public:
  // Of an event; a longer one, with a tag of some hundred letters, is parsed each time.
  static constexpr size_t kMaxBytes = 128;
  static constexpr size_t kMaxStepBytes = 7;  // With the tag: up to 2^42.
  // In front of a record as many bytes must be readable, whatever they are.
  static constexpr size_t kBytesBefore = kMaxBytes;
  static_assert(kBytesBefore <= RecordReader::kReadableBefore);
  // Windows are of this many bytes, of twice and of four times as many.
  static constexpr size_t kSmallWindow = kMaxBytes / 4;

  // The template of an event that ParseEvent() accepts: nothing unless it is a summary of exactly
  // one value, whose number is one float32 or float64 of a fixed place.
  static std::optional<ScalarTemplate> Learn(Bytes event);

  Number::Type type() const { return type_; }

  // The same events fit both.
  bool operator==(const ScalarTemplate& other) const;

  // What was read last. Most events have the step of the one before, so that it is kept as it was
  // written, too.
  struct Reading {
    double wall_time = 0;  // Finite.
    int64_t step = 0;
    uint64_t bits = 0;  // As in Number, but for a float32 the upper half is anything.
    size_t record_bytes = 0;
    uint64_t step_key = 0;
  };
  // True if the record that begins at `record`, of which `available` bytes are there, is whole and
  // intact, and its event fits; then a parser would say the same of it. False says nothing, and
  // leaves of `reading` what makes no sense but as the next call's.
  bool Read(const std::byte* record, size_t available, Reading& reading) const;

 private:
  static constexpr std::byte kWallTimeTag{0x09};
  static constexpr std::byte kStepTag{0x10};
  static constexpr size_t kWallTimeBytes = 1 + sizeof(double);
  // What `end - kBytes` to `end` must be, but for the number, joined: 0 if it is.
  template <size_t kBytes>
  uint64_t Compare(const std::byte* end) const;

  uint32_t size_ = 0;  // Of the part behind the step; at least 8.
  uint32_t number_from_end_ = 0;
  Number::Type type_ = Number::Type::kFloat32;
  // The last bytes of the data from the end on, two words at a time. Bytes and mask are 0 where
  // nothing is known: at the number and before the part behind the step.
  using Vector = uint64_t __attribute__((vector_size(16)));
  struct Words {
    Vector bytes;
    Vector mask;
  };
  std::array<Words, kMaxBytes / sizeof(Vector)> words_;
};

namespace scalar_template_internal {

inline uint64_t Load64(const std::byte* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Reads a step from its bytes, of which there are `size`, with its tag; the word has more behind.
// Nothing when they are anything else.
std::optional<int64_t> ReadStep(uint64_t word, size_t size);

struct OfLength {
  uint32_t length_crc = 0;    // Masked, as it follows a length.
  uint32_t crc_of_zeros = 0;  // Of so many.
};
extern const std::array<OfLength, ScalarTemplate::kMaxBytes + 1> kOfLength;

#ifdef STEPSCOPE_ALWAYS_HAS_CRC

// Zeros, then ones: the window over it that ends `n` bytes behind the middle keeps the last n bytes
// of a window.
constexpr auto kKeep = [] {
  std::array<uint8_t, 2 * ScalarTemplate::kMaxBytes> keep{};
  for (size_t i = ScalarTemplate::kMaxBytes; i < keep.size(); ++i) keep[i] = 0xff;
  return keep;
}();

// The CRC-32C of the last `size` bytes before `end`, which are more than half of kBytes or, if that
// is the smallest window, at most kBytes. A checksum that begins with zero is not changed by zeros,
// so the bytes before are made zeros; and it is linear, so that what the usual beginning adds
// depends on the size alone.
template <size_t kBytes>
inline uint32_t CrcOfWindow(const std::byte* end, size_t size) {
  constexpr size_t kMasked = kBytes == ScalarTemplate::kSmallWindow ? kBytes : kBytes / 2;
  const std::byte* keep =
      reinterpret_cast<const std::byte*>(kKeep.data()) + ScalarTemplate::kMaxBytes - kBytes + size;
  asm("" : "+r"(keep));  // Else its address is worked out anew for each word.
  const std::byte* const begin = end - kBytes;
  uint64_t state = 0;
  for (size_t i = 0; i < kMasked; i += 8) {
    state = crc32c_internal::Step8(state, Load64(begin + i) & Load64(keep + i));
  }
  for (size_t i = kMasked; i < kBytes; i += 8) {
    state = crc32c_internal::Step8(state, Load64(begin + i));
  }
  return static_cast<uint32_t>(state) ^ kOfLength[size].crc_of_zeros;
}

#else

template <size_t kBytes>
inline uint32_t CrcOfWindow(const std::byte* end, size_t size) {
  return Crc32c({end - size, size});
}

#endif

}  // namespace scalar_template_internal

template <size_t kBytes>
inline uint64_t ScalarTemplate::Compare(const std::byte* end) const {
  Vector difference = {};
  for (size_t i = 0; i < kBytes / sizeof(Vector); ++i) {
    Vector bytes;
    std::memcpy(&bytes, end - sizeof(Vector) * (i + 1), sizeof(bytes));
    difference |= (bytes ^ words_[i].bytes) & words_[i].mask;
  }
  return difference[0] | difference[1];
}

inline bool ScalarTemplate::Read(const std::byte* record, size_t available,
                                 Reading& reading) const {
  using scalar_template_internal::Load64;
  constexpr size_t kFrameBytes = kRecordHeaderBytes + kRecordFooterBytes;
  if (available < kFrameBytes) return false;
  const uint64_t length = Load64(record);
  const uint64_t step_bytes = length - kWallTimeBytes - size_;
  if (step_bytes > kMaxStepBytes || available - kFrameBytes < length) return false;
  const std::byte* const data = record + kRecordHeaderBytes;
  const std::byte* const end = data + length;
  uint32_t length_crc;
  uint32_t data_crc;
  std::memcpy(&length_crc, record + sizeof(length), sizeof(length_crc));
  std::memcpy(&data_crc, end, sizeof(data_crc));

  uint64_t difference = scalar_template_internal::kOfLength[length].length_crc ^ length_crc;
  const auto look = [&]<size_t kBytes>() {
    difference |= MaskCrc(scalar_template_internal::CrcOfWindow<kBytes>(end, length)) ^ data_crc;
    difference |= Compare<kBytes>(end);
  };
  if (length <= kSmallWindow) {
    look.template operator()<kSmallWindow>();
  } else if (length <= 2 * kSmallWindow) {
    look.template operator()<2 * kSmallWindow>();
  } else {
    look.template operator()<kMaxBytes>();
  }
  difference |= std::to_integer<uint64_t>(*data ^ kWallTimeTag);
  const uint64_t wall_time = Load64(data + 1);
  constexpr uint64_t kExponent = 0x7ff0000000000000;
  difference |= (wall_time & kExponent) == kExponent ? 1 : 0;
  if (difference != 0) return false;

  const uint64_t step = Load64(data + kWallTimeBytes);
  // The bytes and how many they are.
  const uint64_t step_key = ((step & ((uint64_t{1} << (8 * step_bytes)) - 1)) << 8) | step_bytes;
  if (step_key != reading.step_key) [[unlikely]] {
    const auto another = scalar_template_internal::ReadStep(step, step_bytes);
    if (!another) return false;
    reading.step = *another;
    reading.step_key = step_key;
  }
  reading.wall_time = std::bit_cast<double>(wall_time);
  reading.bits = Load64(end - number_from_end_);
  reading.record_bytes = kFrameBytes + length;
  return true;
}

}  // namespace stepscope
