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
  while (place<count&& static_cast<T>(at[place] - low)> width) ++place;
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

template <typename T>
T OfOneZero(T ordered) {
  return ordered == kTopBit<T> - 1 ? kTopBit<T> : ordered;
}

}  // namespace

void BlockValues::Read(const std::byte* block, const BlockSummary& summary) {
  block_ = block;
  summary_ = &summary;
  type_ = TypeOf(block);
  pieces_read_ = 0;
}

void BlockValues::ReadPiece(size_t piece) {
  if ((pieces_read_ >> piece & 1U) != 0) return;
  if (CanReadPieces(block_)) {
    pieces_read_ |= uint32_t{1} << piece;
    IsNarrow() ? GetOrderedPiece(block_, piece, ordered_.narrow)
               : GetOrderedPiece(block_, piece, ordered_.wide);
  } else {
    pieces_read_ = ~uint32_t{0};
    IsNarrow() ? GetOrderedValues(block_, ordered_.narrow)
               : GetOrderedValues(block_, ordered_.wide);
  }
}

uint64_t BlockValues::At(uint32_t index) {
  ReadPiece(index / kPiecePoints);
  if (IsNarrow()) return OfOneZero(ordered_.narrow[index]);
  return type_ == ValueType::kFloat64 ? OfOneZero(ordered_.wide[index]) : ordered_.wide[index];
}

BlockValues::Range BlockValues::EndsOfPart(size_t begin, size_t end) {
  ReadPiece(begin / kPiecePoints);
  if (IsNarrow()) {
    const auto [low, high] = EndsOfNarrow(ordered_.narrow + begin, end - begin);
    return {OfOneZero(low), OfOneZero(high)};
  }
  const auto [low, high] = EndsOfWide(ordered_.wide + begin, end - begin);
  if (type_ != ValueType::kFloat64) return {low, high};
  return {OfOneZero(low), OfOneZero(high)};
}

uint32_t BlockValues::Find(uint64_t ordered, size_t begin, size_t end) const {
  const size_t count = end - begin;
  const auto find = [&](const auto* values, auto first_in, auto ends) {
    return static_cast<uint32_t>(begin + first_in(values + begin, count, ends.low, ends.high));
  };
  if (IsNarrow()) {
    return find(ordered_.narrow, FirstInNarrow, EqualTo(static_cast<uint32_t>(ordered)));
  }
  return find(ordered_.wide, FirstInWide,
              type_ == ValueType::kFloat64 ? EqualTo(ordered) : Ends<uint64_t>{ordered, ordered});
}

// Whole pieces, which the summary knows.
void BlockValues::AddPieces(size_t begin, size_t end, Range& range) {
  const BlockSummary& summary = *summary_;
  const uint64_t bits = summary.piece_unit_bits;
  const uint64_t rounded_off = (uint64_t{1} << bits) - 1;
  for (size_t piece = begin; piece < end; ++piece) {
    const auto first = static_cast<uint32_t>(piece * kPiecePoints);
    uint64_t low = summary.lowest_ordered + (uint64_t{summary.piece_lows[piece]} << bits);
    uint64_t high = summary.lowest_ordered + (uint64_t{summary.piece_highs[piece]} << bits);
    if (low < range.lowest) {
      const uint32_t at = first + summary.piece_lowest_at[piece] % kPiecePoints;
      if (bits > 0) low = At(at);
      if (low < range.lowest) {
        range.lowest = low;
        range.lowest_at = at;
      }
    }
    if (high + std::min(rounded_off, UINT64_MAX - high) > range.highest) {
      const uint32_t at = first + summary.piece_highest_at[piece] % kPiecePoints;
      if (bits > 0) high = At(at);
      if (high > range.highest) {
        range.highest = high;
        range.highest_at = at;
      }
    }
  }
}

// Pieces that are not whole are looked at, but for places only where they decide.
BlockValues::Range BlockValues::RangeOf(size_t begin, size_t end) {
  struct Part {
    size_t begin = 0;
    size_t end = 0;
    Range ends{UINT64_MAX, 0};
  };
  const auto read = [&](size_t from, size_t to) -> Part {
    if (from >= to) return {};
    return {from, to, EndsOfPart(from, to)};
  };
  const size_t first = (begin + kPiecePoints - 1) / kPiecePoints;
  const size_t last = end / kPiecePoints;
  const Part before = read(begin, std::min(end, first * kPiecePoints));
  const Part behind = first > last ? Part{} : read(last * kPiecePoints, end);

  const auto at = static_cast<uint32_t>(begin);
  Range range{before.ends.lowest, before.ends.highest, at, at};
  const Part* low_part = before.end > 0 ? &before : nullptr;
  const Part* high_part = low_part;
  AddPieces(first, last, range);
  if (range.lowest < before.ends.lowest) low_part = nullptr;
  if (range.highest > before.ends.highest) high_part = nullptr;
  if (behind.ends.lowest < range.lowest) {
    range.lowest = behind.ends.lowest;
    low_part = &behind;
  }
  if (behind.ends.highest > range.highest) {
    range.highest = behind.ends.highest;
    high_part = &behind;
  }
  if (low_part != nullptr) range.lowest_at = Find(range.lowest, low_part->begin, low_part->end);
  if (high_part != nullptr)
    range.highest_at = Find(range.highest, high_part->begin, high_part->end);
  return range;
}

double BlockValues::NumberOf(uint64_t ordered) const {
  return stepscope::NumberOf(type_, FromOrdered(type_, ordered));
}

}  // namespace stepscope
