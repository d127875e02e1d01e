// Reading blocks: all of their points, or single ones.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "series/block.h"
#include "series/block_layout.h"

namespace stepscope {
namespace {

template <typename T>
void GetAs(const std::byte* in, size_t count, unsigned width, T* numbers) {
  const T* const words = reinterpret_cast<const T*>(in);
  if (count < kMinLanePoints) {
    Unpack<T, 1>(words, count, width, numbers);
  } else {
    Unpack<T, kLanes<T>>(words, RowsOf(count, kLanes<T>), width, numbers);
  }
}

// Calls store(i, number) with the sums of the differences `left[i] + base`, for each i. Four
// stretches side by side, because each sum waits for the one before it.
template <typename T, typename Store>
void AddUp(const T* left, size_t count, uint64_t first, uint64_t base, Store store) {
  constexpr size_t kStretches = 4;
  const size_t length = count / kStretches;
  uint64_t sums[kStretches];
  uint64_t sum = first - base;
  for (size_t k = 0; k < kStretches; ++k) {
    sums[k] = sum;
    uint64_t stretch = 0;
    for (size_t i = 0; i < length; ++i) stretch += left[k * length + i];
    sum += stretch + length * base;
  }
  for (size_t i = 0; i < length; ++i) {
    for (size_t k = 0; k < kStretches; ++k) {
      store(k * length + i, sums[k] += base + left[k * length + i]);
    }
  }
  for (size_t i = kStretches * length; i < count; ++i) store(i, sum += base + left[i]);
}

// Calls store(i, number) for each number.
template <typename Store>
void GetDifferences(const std::byte* in, size_t count, uint64_t first, int64_t base, unsigned width,
                    Store store) {
  const auto difference = static_cast<uint64_t>(base);
  if (width == 0) {
    for (size_t i = 0; i < count; ++i) store(i, first + i * difference);
  } else if (IsNarrow(width)) {
    Numbers<uint32_t> left;
    GetAs(in, count, width, left.at);
    AddUp(left.at, count, first, difference, store);
  } else {
    Numbers<uint64_t> left;
    GetAs(in, count, width, left.at);
    AddUp(left.at, count, first, difference, store);
  }
}

// One of numbers that were put as themselves, and the sum of the first `count` of them.
template <typename T>
T GetOneAs(const std::byte* in, size_t count, unsigned width, size_t index) {
  const T* const words = reinterpret_cast<const T*>(in);
  const size_t lanes = count >= kMinLanePoints ? kLanes<T> : 1;
  const size_t bit = index / lanes * width;
  const T* const word = words + bit / kBitsOf<T> * lanes + index % lanes;
  const unsigned used = bit % kBitsOf<T>;
  T number = word[0] >> used;
  if (used + width > kBitsOf<T>) number |= word[lanes] << (kBitsOf<T> - used);
  return width == kBitsOf<T> ? number : number & ((T{1} << width) - 1);
}

uint64_t GetOne(const std::byte* in, size_t count, unsigned width, size_t index) {
  if (width == 0) return 0;
  return IsNarrow(width) ? GetOneAs<uint32_t>(in, count, width, index)
                         : GetOneAs<uint64_t>(in, count, width, index);
}

// Of sums up to here, 32 bits hold those of all numbers of a block.
constexpr unsigned kMaxNarrowSumWidth = 22;

// A piece is some whole rows.
static_assert(kPiecePoints % kLanes<uint32_t> == 0 && kPiecePoints % kLanes<uint64_t> == 0);

// The sum of numbers (from, to]; `from` begins a piece.
template <typename T>
uint64_t SumAs(const std::byte* in, size_t count, unsigned width, size_t from, size_t to) {
  Numbers<T> left;
  const T* const words = reinterpret_cast<const T*>(in);
  const size_t terms = to + 1 - from;
  if (count < kMinLanePoints) {
    Unpack<T, 1>(words, terms, width, left.at, from);
  } else {
    constexpr size_t kRow = kLanes<T>;
    Unpack<T, kRow>(words, RowsOf(terms, kRow), width, left.at, from / kRow);
  }
  left.at[0] = 0;
  if (width <= kMaxNarrowSumWidth) {
    T sum = 0;
    for (size_t i = 0; i < terms; ++i) sum += left.at[i];
    return sum;
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < terms; ++i) sum += left.at[i];
  return sum;
}

// Number `index` of those that GetDifferences() gives; `first` is number `from`.
uint64_t GetOneOfDifferences(const std::byte* in, size_t count, uint64_t first, int64_t base,
                             unsigned width, size_t index, size_t from = 0) {
  const uint64_t regular = first + (index - from) * static_cast<uint64_t>(base);
  if (width == 0) return regular;
  return regular + (IsNarrow(width) ? SumAs<uint32_t>(in, count, width, from, index)
                                    : SumAs<uint64_t>(in, count, width, from, index));
}

const std::byte* ValuesOf(const std::byte* block, const BlockHeader& header) {
  return block + sizeof(header) + PackedBytes(header.count, header.step_width) +
         PackedBytes(header.count, header.wall_time_width);
}

template <typename T>
void GetValues(const std::byte* in, const BlockHeader& header, T* ordered) {
  const size_t count = header.count;
  const unsigned width = header.value_width;
  if (header.has_value_differences != 0) {
    GetDifferences(in, count, header.first_value, header.value_base, width,
                   [&](size_t i, uint64_t number) { ordered[i] = static_cast<T>(number); });
    return;
  }
  const auto base = static_cast<T>(header.first_value);
  if (width == 0) {
    std::fill_n(ordered, count, base);
  } else if (sizeof(T) > sizeof(uint32_t) && IsNarrow(width)) {
    Numbers<uint32_t> left;
    GetAs(in, count, width, left.at);
    for (size_t i = 0; i < count; ++i) ordered[i] = base + left.at[i];
  } else {
    GetAs(in, count, width, ordered);
    for (size_t i = 0; i < count; ++i) ordered[i] += base;
  }
}

template <typename T>
void UnpackPiece(const std::byte* in, size_t count, unsigned width, size_t piece, T* numbers) {
  constexpr size_t kRows = kPiecePoints / kLanes<T>;
  const size_t first = piece * kRows;
  const size_t rows = std::min(kRows, RowsOf(count, kLanes<T>) - first);
  Unpack<T, kLanes<T>>(reinterpret_cast<const T*>(in), rows, width, numbers, first);
}

template <typename T>
void GetPiece(const std::byte* block, size_t piece, T* ordered) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  const std::byte* const in = ValuesOf(block, header);
  const auto base = static_cast<T>(header.first_value);
  ordered += piece * kPiecePoints;
  if (IsNarrow(header.value_width)) {
    std::array<uint32_t, kPiecePoints> left = {};
    UnpackPiece(in, header.count, header.value_width, piece, left.data());
    for (size_t i = 0; i < kPiecePoints; ++i) ordered[i] = base + left[i];
  } else {
    UnpackPiece(in, header.count, header.value_width, piece, ordered);
    for (size_t i = 0; i < kPiecePoints; ++i) ordered[i] += base;
  }
}

}  // namespace

BlockShape CheckBlock(std::span<const std::byte> bytes) {
  BlockHeader header;
  if (bytes.size() < sizeof(header)) return {};
  std::memcpy(&header, bytes.data(), sizeof(header));
  const bool is_float32 = header.type == static_cast<uint8_t>(ValueType::kFloat32);
  const unsigned max_value_width = is_float32 ? 32 : 64;
  const bool is_sane = header.count > 0 && header.count <= kMaxBlockPoints &&
                       header.type <= static_cast<uint8_t>(ValueType::kBool) &&
                       header.step_width <= 64 && header.wall_time_width <= 64 &&
                       header.value_width <= max_value_width && header.has_value_differences <= 1;
  if (!is_sane) return {};
  const size_t size = sizeof(header) + PackedBytes(header.count, header.step_width) +
                      PackedBytes(header.count, header.wall_time_width) +
                      PackedBytes(header.count, header.value_width);
  if (size > bytes.size()) return {};
  return {header.count, static_cast<ValueType>(header.type), size};
}

STEPSCOPE_VECTOR_CLONES
void GetOrderedValues(const std::byte* block, uint32_t* ordered) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  GetValues(ValuesOf(block, header), header, ordered);
}

STEPSCOPE_VECTOR_CLONES
void GetOrderedValues(const std::byte* block, uint64_t* ordered) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  GetValues(ValuesOf(block, header), header, ordered);
}

void PrefetchPiece(const std::byte* block, size_t index) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  if (header.count < kMinLanePoints) return;
  const size_t begin = index / kPiecePoints * kPiecePoints;
  const auto prefetch = [&](const std::byte* in, unsigned width) {
    const size_t word_bits = IsNarrow(width) ? kBitsOf<uint32_t> : kBitsOf<uint64_t>;
    const size_t lanes = 8 * kLaneBytes / word_bits;
    const size_t from = begin / lanes * width / word_bits;
    const size_t to = ((begin + kPiecePoints) / lanes * width + word_bits - 1) / word_bits;
    Prefetch(in + from * kLaneBytes, (to - from) * kLaneBytes);
  };
  const std::byte* const times =
      block + sizeof(header) + PackedBytes(header.count, header.step_width);
  prefetch(times, header.wall_time_width);
  prefetch(ValuesOf(block, header), header.value_width);
}

bool CanReadPieces(const std::byte* block) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  return header.count >= kMinLanePoints && header.has_value_differences == 0 &&
         header.value_width > 0;
}

STEPSCOPE_VECTOR_CLONES
void GetOrderedPiece(const std::byte* block, size_t piece, uint32_t* ordered) {
  GetPiece(block, piece, ordered);
}

STEPSCOPE_VECTOR_CLONES
void GetOrderedPiece(const std::byte* block, size_t piece, uint64_t* ordered) {
  GetPiece(block, piece, ordered);
}

std::optional<RegularSteps> RegularStepsOf(const std::byte* block) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  if (header.step_width != 0) return std::nullopt;
  return RegularSteps{header.first_step, header.step_base};
}

STEPSCOPE_VECTOR_CLONES
ScalarSpan DecodeBlock(const std::byte* block, ScalarBuffer& buffer, PointParts parts) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  const size_t count = header.count;
  const std::byte* at = block + sizeof(header);
  ScalarSpan points{.type = static_cast<ValueType>(header.type), .steps = {buffer.steps, count}};
  if ((parts & kSteps) != 0) {
    GetDifferences(
        at, count, static_cast<uint64_t>(header.first_step), header.step_base, header.step_width,
        [&](size_t i, uint64_t number) { buffer.steps[i] = static_cast<int64_t>(number); });
  }
  at += PackedBytes(count, header.step_width);
  if ((parts & kWallTimes) != 0) {
    GetDifferences(at, count, static_cast<uint64_t>(header.first_wall_time), header.wall_time_base,
                   header.wall_time_width, [&](size_t i, uint64_t number) {
                     buffer.wall_times[i] = std::bit_cast<double>(number);
                   });
    points.wall_times = {buffer.wall_times, count};
  }
  at += PackedBytes(count, header.wall_time_width);
  if ((parts & kValues) == 0) return points;

  if (points.type == ValueType::kFloat32) {
    Numbers<uint32_t> ordered;
    GetValues(at, header, ordered.at);
    for (size_t i = 0; i < count; ++i) {
      buffer.float32[i] = std::bit_cast<float>(FromOrdered(ordered.at[i]));
    }
    points.float32 = {buffer.float32, count};
    return points;
  }
  Numbers<uint64_t> ordered;
  GetValues(at, header, ordered.at);
  switch (points.type) {
    case ValueType::kFloat64:
      for (size_t i = 0; i < count; ++i) {
        buffer.float64[i] = std::bit_cast<double>(FromOrdered(ordered.at[i]));
      }
      points.float64 = {buffer.float64, count};
      break;
    case ValueType::kInt64:
      for (size_t i = 0; i < count; ++i) {
        buffer.int64[i] = static_cast<int64_t>(ordered.at[i] ^ kTopBit<uint64_t>);
      }
      points.int64 = {buffer.int64, count};
      break;
    case ValueType::kFloat32:
    case ValueType::kUint64:
    case ValueType::kBool:
      std::copy_n(ordered.at, count, buffer.uint64);
      points.uint64 = {buffer.uint64, count};
      break;
  }
  return points;
}

STEPSCOPE_VECTOR_CLONES
PointBits DecodePoint(const std::byte* block, size_t index, const BlockSummary* summary) {
  BlockHeader header;
  std::memcpy(&header, block, sizeof(header));
  const size_t count = header.count;
  const std::byte* at = block + sizeof(header);
  PointBits point;
  point.step =
      static_cast<int64_t>(GetOneOfDifferences(at, count, static_cast<uint64_t>(header.first_step),
                                               header.step_base, header.step_width, index));
  at += PackedBytes(count, header.step_width);
  const size_t piece = summary == nullptr ? 0 : index / kPiecePoints;
  const uint64_t time = summary == nullptr ? static_cast<uint64_t>(header.first_wall_time)
                                           : std::bit_cast<uint64_t>(summary->piece_times[piece]);
  point.wall_time = std::bit_cast<double>(GetOneOfDifferences(
      at, count, time, header.wall_time_base, header.wall_time_width, index, piece * kPiecePoints));
  at += PackedBytes(count, header.wall_time_width);
  const uint64_t ordered = header.has_value_differences != 0
                               ? GetOneOfDifferences(at, count, header.first_value,
                                                     header.value_base, header.value_width, index)
                               : header.first_value + GetOne(at, count, header.value_width, index);
  point.bits = FromOrdered(TypeOf(block), ordered);
  return point;
}

}  // namespace stepscope
