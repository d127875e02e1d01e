// Numbers of a few bits each, side by side. Private to this room.
//
// The numbers are dealt out to lanes in turn, and each lane packs its own into words of T, lowest
// bits first:
//
//   word 0 of lane 0 | word 0 of lane 1 | ... | word 1 of lane 0 | ...
//
// so that one shift serves all lanes, which the compiler turns into vector instructions. One lane
// is plain packing, for blocks too short to fill more.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stepscope {

template <typename T>
constexpr unsigned kBitsOf = 8 * sizeof(T);

// How many words `rows` numbers of `width` bits take in each lane.
template <typename T>
constexpr size_t WordsPerLane(size_t rows, unsigned width) {
  return (rows * width + kBitsOf<T> - 1) / kBitsOf<T>;
}

// `in` has rows * kLanes numbers below 2^width; `out` has room for WordsPerLane words a lane.
template <typename T, size_t kLanes>
void Pack(const T* in, size_t rows, unsigned width, T* out) {
  if (width == 0) return;
  T words[kLanes] = {};
  unsigned filled = 0;
  for (size_t row = 0; row < rows; ++row, in += kLanes) {
    for (size_t i = 0; i < kLanes; ++i) words[i] |= static_cast<T>(in[i] << filled);
    filled += width;
    if (filled < kBitsOf<T>) continue;
    for (size_t i = 0; i < kLanes; ++i) out[i] = words[i];
    out += kLanes;
    filled -= kBitsOf<T>;
    for (size_t i = 0; i < kLanes; ++i) words[i] = filled == 0 ? T{0} : in[i] >> (width - filled);
  }
  if (filled == 0) return;
  for (size_t i = 0; i < kLanes; ++i) out[i] = words[i];
}

// The reverse: fills `out` with rows * kLanes numbers, from a row on.
template <typename T, size_t kLanes>
void Unpack(const T* in, size_t rows, unsigned width, T* out, size_t first_row = 0) {
  const T mask = width == kBitsOf<T> ? static_cast<T>(~T{0}) : static_cast<T>((T{1} << width) - 1);
  const size_t first_bit = first_row * width;
  in += first_bit / kBitsOf<T> * kLanes;
  auto used = static_cast<unsigned>(first_bit % kBitsOf<T>);
  for (size_t row = 0; row < rows; ++row, out += kLanes) {
    if (width == 0) {
      for (size_t i = 0; i < kLanes; ++i) out[i] = 0;
      continue;
    }
    if (used + width <= kBitsOf<T>) {
      for (size_t i = 0; i < kLanes; ++i) out[i] = (in[i] >> used) & mask;
      used += width;
    } else {
      for (size_t i = 0; i < kLanes; ++i) {
        out[i] = ((in[i] >> used) | (in[kLanes + i] << (kBitsOf<T> - used))) & mask;
      }
      used += width;
    }
    if (used >= kBitsOf<T>) {
      used -= kBitsOf<T>;
      in += kLanes;
    }
  }
}

}  // namespace stepscope
