// What the bytes of a block are, for those who write and those who read them. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>

#include "series/bit_pack.h"
#include "series/block.h"

// The whole of the marked functions is also compiled for processors with 256-bit vectors, and which
// one runs is decided once. Sanitizers do not get along with that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define STEPSCOPE_VECTOR_CLONES __attribute__((flatten, target_clones("avx2,bmi2", "default")))
#else
#define STEPSCOPE_VECTOR_CLONES
#endif

namespace stepscope {

struct BlockHeader {
  uint16_t count;
  uint8_t type;
  uint8_t step_width;
  uint8_t wall_time_width;
  uint8_t value_width;
  uint8_t has_value_differences;
  uint8_t reserved;
  int64_t first_step;
  int64_t step_base;  // Of the differences.
  int64_t first_wall_time;
  int64_t wall_time_base;
  uint64_t first_value;  // The smallest one, or the first one where differences are kept.
  int64_t value_base;
};
static_assert(sizeof(BlockHeader) == 56);

// From this many points on several lanes are used.
constexpr size_t kMinLanePoints = 256;
constexpr size_t kLaneBytes = 128;
template <typename T>
constexpr size_t kLanes = kLaneBytes / sizeof(T);

// Room for numbers that are rounded up to whole rows.
template <typename T>
struct Numbers {
  // NOLINTNEXTLINE(modernize-avoid-c-arrays): left uninitialised, for speed.
  alignas(64) T at[kMaxBlockPoints];
};

inline size_t RowsOf(size_t count, size_t lanes) { return (count + lanes - 1) / lanes; }

inline bool IsNarrow(unsigned width) { return width <= 32; }

template <typename T>
size_t PackedBytesAs(size_t count, unsigned width) {
  const size_t lanes = count >= kMinLanePoints ? kLanes<T> : 1;
  const size_t bytes = WordsPerLane<T>(RowsOf(count, lanes), width) * lanes * sizeof(T);
  return (bytes + 7) & ~size_t{7};
}

inline size_t PackedBytes(size_t count, unsigned width) {
  return IsNarrow(width) ? PackedBytesAs<uint32_t>(count, width)
                         : PackedBytesAs<uint64_t>(count, width);
}

// The bit patterns of floating-point numbers in the order of the numbers, and back.
template <typename T>
constexpr T kTopBit = T{1} << (kBitsOf<T> - 1);
template <typename T>
T ToOrdered(T bits) {
  return (bits & kTopBit<T>) != 0 ? static_cast<T>(~bits) : static_cast<T>(bits | kTopBit<T>);
}
template <typename T>
T FromOrdered(T ordered) {
  return (ordered & kTopBit<T>) != 0 ? static_cast<T>(ordered & ~kTopBit<T>)
                                     : static_cast<T>(~ordered);
}

// The bits of a value, as PointBits has them, of its place in the order of all values of the type.
inline uint64_t FromOrdered(ValueType type, uint64_t ordered) {
  switch (type) {
    case ValueType::kFloat32:
      return FromOrdered(static_cast<uint32_t>(ordered));
    case ValueType::kFloat64:
      return FromOrdered(ordered);
    case ValueType::kInt64:
      return ordered ^ kTopBit<uint64_t>;
    case ValueType::kUint64:
    case ValueType::kBool:
      break;
  }
  return ordered;
}

inline ValueType TypeOf(const std::byte* block) {
  return static_cast<ValueType>(block[offsetof(BlockHeader, type)]);
}

// Has the processor fetch bytes that are read soon.
inline void Prefetch(const void* bytes, size_t size) {
  constexpr size_t kLine = 64;
  for (size_t at = 0; at < size; at += kLine) {
    __builtin_prefetch(static_cast<const std::byte*>(bytes) + at);
    asm volatile("");  // Else GCC takes this for a function without an effect, and drops its calls.
  }
}
// The wall times and values of the piece that holds a point.
void PrefetchPiece(const std::byte* block, size_t index);

// The values of a block in that order: of one of float32 the first, of any other the second.
void GetOrderedValues(const std::byte* block, uint32_t* ordered);
void GetOrderedValues(const std::byte* block, uint64_t* ordered);

// The same for one piece, into its place in `ordered`. Not for every block.
bool CanReadPieces(const std::byte* block);
void GetOrderedPiece(const std::byte* block, size_t piece, uint32_t* ordered);
void GetOrderedPiece(const std::byte* block, size_t piece, uint64_t* ordered);

}  // namespace stepscope
