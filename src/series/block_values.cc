#include "series/block_values.h"

#include <algorithm>

#include "series/block_layout.h"

namespace stepscope {
namespace {

template <typename T>
struct Ends {
  T low;
  T high;
};

template <typename T>
Ends<T> EndsOf(const T* at, size_t count) {
  T low = at[0];
  T high = low;
  for (size_t i = 1; i < count; ++i) {
    low = at[i] < low ? at[i] : low;
    high = at[i] > high ? at[i] : high;
  }
  return {low, high};
}

STEPSCOPE_VECTOR_CLONES
Ends<uint32_t> EndsOfNarrow(const uint32_t* at, size_t count) { return EndsOf(at, count); }

STEPSCOPE_VECTOR_CLONES
Ends<uint64_t> EndsOfWide(const uint64_t* at, size_t count) { return EndsOf(at, count); }

// The first place of a number in [low, high], which is among them.
template <typename T>
size_t FirstIn(const T* at, size_t count, T low, T high) {
  constexpr size_t kStride = 32;
  const T width = high - low;
  size_t place = 0;
  for (; place + kStride <= count; place += kStride) {
    // Compared by equality, which all vectors can: the nearest number of the two ends.
    T is_here = 0;
    for (size_t i = 0; i < kStride; ++i) {
      const T distance = at[place + i] - low;
      is_here |= std::min(distance, width) == distance ? ~T{0} : T{0};
    }
    if (is_here != 0) break;
  }
  while (static_cast<T>(at[place] - low) > width) ++place;
  return place;
}

STEPSCOPE_VECTOR_CLONES
size_t FirstInNarrow(const uint32_t* at, size_t count, uint32_t low, uint32_t high) {
  return FirstIn(at, count, low, high);
}

STEPSCOPE_VECTOR_CLONES
size_t FirstInWide(const uint64_t* at, size_t count, uint64_t low, uint64_t high) {
  return FirstIn(at, count, low, high);
}

// Both zeros, which lie side by side, are one number.
template <typename T>
Ends<T> EqualTo(T ordered) {
  constexpr T kZero = kTopBit<T>;
  if (ordered == kZero || ordered == kZero - 1) return {kZero - 1, kZero};
  return {ordered, ordered};
}

}  // namespace

void BlockValues::Read(const std::byte* block) {
  type_ = TypeOf(block);
  if (IsNarrow()) {
    GetOrderedValues(block, ordered_.narrow);
  } else {
    GetOrderedValues(block, ordered_.wide);
  }
}

BlockValues::Range BlockValues::RangeOf(size_t begin, size_t end) const {
  if (IsNarrow()) {
    const auto [low, high] = EndsOfNarrow(ordered_.narrow + begin, end - begin);
    return {low, high};
  }
  const auto [low, high] = EndsOfWide(ordered_.wide + begin, end - begin);
  return {low, high};
}

double BlockValues::NumberOf(uint64_t ordered) const {
  return stepscope::NumberOf(type_, FromOrdered(type_, ordered));
}

uint32_t BlockValues::Find(uint64_t ordered, size_t begin, size_t end) const {
  if (IsNarrow()) {
    const auto [low, high] = EqualTo(static_cast<uint32_t>(ordered));
    return static_cast<uint32_t>(begin +
                                 FirstInNarrow(ordered_.narrow + begin, end - begin, low, high));
  }
  const auto [low, high] =
      type_ == ValueType::kFloat64 ? EqualTo(ordered) : Ends<uint64_t>{ordered, ordered};
  return static_cast<uint32_t>(begin + FirstInWide(ordered_.wide + begin, end - begin, low, high));
}

}  // namespace stepscope
