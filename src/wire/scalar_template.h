// The hot path of a scan: training loops log the same tags over and over, and the events of one
// scalar series differ in nothing but wall time, step and number. A template is what is left; an
// event that fits it need not be parsed.
//
//   09 wall_time:f64 | 10 step:varint | 2a size { 0a size { tag, number, metadata ... } }
//                      (absent for 0)   \________ the same each time but for the number /
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "wire/event_view.h"
#include "wire/tensor_view.h"

namespace stepscope {

class ScalarTemplate {
 public:
  // Of the part behind the step; a longer one, with a tag of some hundred letters, is parsed each
  // time.
  static constexpr size_t kMaxBytes = 128;

  // The template of an event that ParseEvent() accepts: nothing unless it is a summary of exactly
  // one value, whose number is one float32 or float64 of a fixed place.
  static std::optional<ScalarTemplate> Learn(Bytes event);

  Number::Type type() const { return type_; }

  struct Reading {
    double wall_time;
    int64_t step;
    uint64_t bits;  // As in Number.
  };
  // True if `event` fits, and then a parser would say the same of it. False says nothing.
  bool Read(Bytes event, Reading& reading) const;

 private:
  static constexpr std::byte kWallTimeTag{0x09};
  static constexpr std::byte kStepTag{0x10};
  static constexpr size_t kWallTimeBytes = 1 + sizeof(double);

  // Words of the part behind the step.
  struct Word {
    uint64_t bytes;
    uint64_t mask;  // 0 where the number is.
  };

  uint32_t size_ = 0;  // At least 8.
  uint32_t number_offset_ = 0;
  uint32_t whole_words_ = 0;  // All but the last, which may lap over the one before it.
  Number::Type type_ = Number::Type::kFloat32;
  Word last_;
  std::array<Word, kMaxBytes / 8 - 1> words_;
};

// The varint that fills [begin, end) exactly; false when it does not.
inline bool ReadWholeVarint(const std::byte* begin, const std::byte* end, uint64_t& value) {
  constexpr ptrdiff_t kMaxVarintBytes = 10;
  if (end - begin > kMaxVarintBytes || begin == end) return false;
  uint64_t result = 0;
  unsigned shift = 0;
  for (; begin != end - 1; ++begin, shift += 7) {
    const auto byte = std::to_integer<uint64_t>(*begin);
    if (byte < 0x80) return false;
    result |= (byte & 0x7f) << shift;
  }
  const auto last = std::to_integer<uint64_t>(*begin);
  if (last >= 0x80) return false;
  value = result | last << shift;
  return true;
}

inline bool ScalarTemplate::Read(Bytes event, Reading& reading) const {
  if (event.size() < kWallTimeBytes + size_) return false;
  const std::byte* const begin = event.data();
  const std::byte* const rest = begin + event.size() - size_;
  uint64_t word;
  std::memcpy(&word, rest + size_ - sizeof(word), sizeof(word));
  uint64_t difference = (word ^ last_.bytes) & last_.mask;
  for (size_t i = 0; i < whole_words_; ++i) {
    std::memcpy(&word, rest + i * sizeof(word), sizeof(word));
    difference |= (word ^ words_[i].bytes) & words_[i].mask;
  }
  if (difference != 0 || *begin != kWallTimeTag) return false;

  uint64_t step = 0;
  const std::byte* const behind_time = begin + kWallTimeBytes;
  if (rest != behind_time &&
      (*behind_time != kStepTag || !ReadWholeVarint(behind_time + 1, rest, step))) {
    return false;
  }
  reading.step = static_cast<int64_t>(step);
  std::memcpy(&reading.wall_time, begin + 1, sizeof(double));
  if (type_ == Number::Type::kFloat32) {
    uint32_t bits;
    std::memcpy(&bits, rest + number_offset_, sizeof(bits));
    reading.bits = bits;
  } else {
    std::memcpy(&reading.bits, rest + number_offset_, sizeof(reading.bits));
  }
  return true;
}

}  // namespace stepscope
