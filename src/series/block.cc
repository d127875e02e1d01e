#include "series/block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "series/block_layout.h"

namespace stepscope {
namespace {

// Packs `count` numbers, which it may pad with zeros.
template <typename T>
std::byte* PutAs(Numbers<T>& numbers, size_t count, unsigned width, std::byte* out) {
  T* const words = reinterpret_cast<T*>(out);
  if (count < kMinLanePoints) {
    Pack<T, 1>(numbers.at, count, width, words);
  } else {
    const size_t rows = RowsOf(count, kLanes<T>);
    std::fill(numbers.at + count, numbers.at + rows * kLanes<T>, T{0});
    Pack<T, kLanes<T>>(numbers.at, rows, width, words);
  }
  return out + PackedBytesAs<T>(count, width);
}

std::byte* Put(Numbers<uint32_t>& numbers, size_t count, unsigned width, std::byte* out) {
  return PutAs(numbers, count, width, out);
}

std::byte* Put(Numbers<uint64_t>& numbers, size_t count, unsigned width, std::byte* out) {
  if (!IsNarrow(width)) return PutAs(numbers, count, width, out);
  Numbers<uint32_t> narrow;
  for (size_t i = 0; i < count; ++i) narrow.at[i] = static_cast<uint32_t>(numbers.at[i]);
  return PutAs(narrow, count, width, out);
}

// Numbers as differences from one to the next, in arithmetic that wraps around. What is left of the
// first number is zero.
struct Differences {
  int64_t base = 0;
  unsigned width = 0;
};

template <typename T>
Differences MeasureDifferences(const T* in, size_t count) {
  if (count < 2) return {};
  const auto at = [&](size_t i) { return static_cast<int64_t>(static_cast<uint64_t>(in[i])); };
  const auto difference = [&](size_t i) {
    return static_cast<int64_t>(static_cast<uint64_t>(at(i)) - static_cast<uint64_t>(at(i - 1)));
  };
  int64_t low = difference(1);
  int64_t high = low;
  for (size_t i = 2; i < count; ++i) {
    const int64_t d = difference(i);
    low = d < low ? d : low;
    high = d > high ? d : high;
  }
  return {low, static_cast<unsigned>(
                   std::bit_width(static_cast<uint64_t>(high) - static_cast<uint64_t>(low)))};
}

template <typename T>
std::byte* PutDifferences(const T* in, size_t count, const Differences& differences,
                          std::byte* out) {
  if (differences.width == 0) return out;
  const auto base = static_cast<uint64_t>(differences.base);
  if (!IsNarrow(differences.width)) {
    Numbers<uint64_t> left;
    left.at[0] = 0;
    for (size_t i = 1; i < count; ++i) {
      left.at[i] = static_cast<uint64_t>(in[i]) - static_cast<uint64_t>(in[i - 1]) - base;
    }
    return PutAs(left, count, differences.width, out);
  }
  // What is left has no more than 32 bits, so that the rest of the arithmetic may be dropped.
  Numbers<uint32_t> left;
  left.at[0] = 0;
  for (size_t i = 1; i < count; ++i) {
    left.at[i] = static_cast<uint32_t>(in[i]) - static_cast<uint32_t>(in[i - 1]) -
                 static_cast<uint32_t>(base);
  }
  return PutAs(left, count, differences.width, out);
}

// The values of one block: T is uint32_t for float32, else uint64_t.
template <typename T>
std::byte* PutValues(Numbers<T>& ordered, size_t count, BlockHeader& header, std::byte* out) {
  // Not std::minmax_element, which saves comparisons and so is no work for vectors.
  T base = ordered.at[0];
  T high = base;
  for (size_t i = 1; i < count; ++i) {
    base = ordered.at[i] < base ? ordered.at[i] : base;
    high = ordered.at[i] > high ? ordered.at[i] : high;
  }
  const auto width = static_cast<unsigned>(std::bit_width(static_cast<T>(high - base)));
  const Differences differences =
      width == 0 ? Differences{} : MeasureDifferences(ordered.at, count);
  header.has_value_differences = width > 0 && differences.width < width ? 1 : 0;
  if (header.has_value_differences != 0) {
    header.value_width = static_cast<uint8_t>(differences.width);
    header.first_value = ordered.at[0];
    header.value_base = differences.base;
    return PutDifferences(ordered.at, count, differences, out);
  }
  header.value_width = static_cast<uint8_t>(width);
  header.first_value = base;
  for (size_t i = 0; i < count; ++i) ordered.at[i] -= base;
  return width == 0 ? out : Put(ordered, count, width, out);
}

// Numbers as integers of the same order, which vectors compare without a thought for NaN.
template <typename Number>
auto ToSortable(Number number) {
  if constexpr (sizeof(Number) == sizeof(int32_t)) {
    const auto bits = std::bit_cast<int32_t>(number);
    return bits < 0 ? bits ^ INT32_MAX : bits;
  } else {
    const auto bits = std::bit_cast<int64_t>(number);
    return bits < 0 ? bits ^ INT64_MAX : bits;
  }
}
inline int64_t ToSortable(int64_t number) { return number; }
inline int64_t ToSortable(uint64_t number) {
  return static_cast<int64_t>(number ^ kTopBit<uint64_t>);
}

// And back.
template <typename Number, typename Sortable>
Number FromSortable(Sortable sortable) {
  if constexpr (std::is_floating_point_v<Number>) {
    return std::bit_cast<Number>(ToSortable(std::bit_cast<Number>(sortable)));
  } else if constexpr (std::is_signed_v<Number>) {
    return sortable;
  } else {
    return static_cast<Number>(sortable) ^ kTopBit<Number>;
  }
}

// Whether all numbers from the one to the other are.
template <typename Number, typename Sortable>
bool AreFinite(Sortable low, Sortable high) {
  if constexpr (std::is_floating_point_v<Number>) {
    // Beyond the largest numbers lie the infinities, and behind them what is no number.
    constexpr Number kMax = std::numeric_limits<Number>::max();
    return low >= ToSortable(-kMax) && high <= ToSortable(kMax);
  }
  return true;
}

// The lowest and the highest, as they sort.
template <typename Number, size_t kExtent>
auto SortableEnds(std::span<const Number, kExtent> numbers) {
  auto low = ToSortable(numbers[0]);
  auto high = low;
  for (const Number number : numbers) {
    const auto sortable = ToSortable(number);
    low = sortable < low ? sortable : low;
    high = sortable > high ? sortable : high;
  }
  return std::pair(low, high);
}

// The negative zero is the same number as the positive one.
template <typename Number, typename Sortable>
Sortable OfOneZero(Sortable sortable) {
  if constexpr (std::is_floating_point_v<Number>) return sortable == -1 ? 0 : sortable;
  return sortable;
}

// False when one is not finite.
template <typename Number>
bool FindRange(std::span<const Number> numbers, Number& lowest, Number& highest) {
  const auto [low, high] = SortableEnds(numbers);
  if (!AreFinite<Number>(low, high)) return false;
  lowest = FromSortable<Number>(low);
  highest = FromSortable<Number>(high);
  return true;
}

// Sums over pairs without a branch, so that the compiler makes vectors of them.
inline bool IsSorted(std::span<const int64_t> numbers) {
  int64_t goes_back = 0;
  for (size_t i = 1; i < numbers.size(); ++i) goes_back |= numbers[i] < numbers[i - 1] ? -1 : 0;
  return goes_back == 0;
}

// Times before 1970 count as unsorted: those of later ones are in the order of their bit patterns.
inline bool IsSorted(std::span<const double> numbers) {
  const auto at = [&](size_t i) { return std::bit_cast<int64_t>(numbers[i]); };
  int64_t goes_back = at(0) < 0 ? -1 : 0;
  for (size_t i = 1; i < numbers.size(); ++i) goes_back |= at(i) < at(i - 1) ? -1 : 0;
  return goes_back == 0;
}

// FindRange(), and whether the numbers never go back: then their ends are the range, and only these
// have to be looked at.
template <typename Number>
bool FindRange(std::span<const Number> numbers, Number& lowest, Number& highest, bool& is_sorted) {
  is_sorted = IsSorted(numbers);
  if (!is_sorted) return FindRange(numbers, lowest, highest);
  const Number ends[] = {numbers.front(), numbers.back()};
  return FindRange(std::span<const Number>(ends), lowest, highest);
}

// Where `number` is first, which is one of them; the two zeros are one number. Without a branch.
template <typename Number, size_t kExtent>
uint8_t FindInPiece(std::span<const Number, kExtent> piece, Number number) {
  using Index = std::conditional_t<sizeof(Number) == sizeof(uint32_t), uint32_t, uint64_t>;
  Index at = kPiecePoints - 1;
  for (Index i = 0; i < piece.size(); ++i) {
    const Index here = piece[i] == number ? i : kPiecePoints - 1;
    at = here < at ? here : at;
  }
  return static_cast<uint8_t>(at);
}

// Fills in what a summary says of values. False when one is not finite.
template <typename Number>
bool SummarizeValues(std::span<const Number> values, BlockSummary& summary) {
  using Sortable = decltype(ToSortable(Number{}));
  using Distance = std::make_unsigned_t<Sortable>;
  std::array<Sortable, kMaxBlockPieces> lows;
  std::array<Sortable, kMaxBlockPieces> highs;
  const auto summarize = [&](size_t piece, auto numbers) {
    const auto [low, high] = SortableEnds(numbers);
    if (!AreFinite<Number>(low, high)) return false;
    lows[piece] = OfOneZero<Number>(low);
    highs[piece] = OfOneZero<Number>(high);
    summary.piece_lowest_at[piece] = FindInPiece(numbers, FromSortable<Number>(lows[piece]));
    summary.piece_highest_at[piece] = FindInPiece(numbers, FromSortable<Number>(highs[piece]));
    return true;
  };
  // Of a size that the compiler knows, all but the last one.
  size_t pieces = 0;
  auto rest = values;
  for (; rest.size() >= kPiecePoints; rest = rest.subspan(kPiecePoints), ++pieces) {
    if (!summarize(pieces, rest.template first<kPiecePoints>())) return false;
  }
  if (!rest.empty() && !summarize(pieces++, rest)) return false;
  const auto lowest = std::min_element(lows.begin(), lows.begin() + pieces) - lows.begin();
  const auto highest = std::max_element(highs.begin(), highs.begin() + pieces) - highs.begin();
  summary.lowest_at =
      static_cast<uint32_t>(lowest * kPiecePoints + summary.piece_lowest_at[lowest]);
  summary.highest_at =
      static_cast<uint32_t>(highest * kPiecePoints + summary.piece_highest_at[highest]);

  const auto above_lowest = [&](Sortable sortable) {
    return static_cast<Distance>(static_cast<Distance>(sortable) -
                                 static_cast<Distance>(lows[lowest]));
  };
  const auto bits = static_cast<int>(std::bit_width(above_lowest(highs[highest])));
  const int unit_bits = std::max(0, bits - std::numeric_limits<uint32_t>::digits);
  summary.lowest_ordered = static_cast<Distance>(lows[lowest]) ^ kTopBit<Distance>;
  summary.piece_unit_bits = static_cast<uint64_t>(unit_bits);
  for (size_t piece = 0; piece < pieces; ++piece) {
    summary.piece_lows[piece] = static_cast<uint32_t>(above_lowest(lows[piece]) >> unit_bits);
    summary.piece_highs[piece] = static_cast<uint32_t>(above_lowest(highs[piece]) >> unit_bits);
  }
  return true;
}

bool SummarizeValues(const ScalarSpan& points, BlockSummary& summary) {
  switch (points.type) {
    case ValueType::kFloat32:
      return SummarizeValues(points.float32, summary);
    case ValueType::kFloat64:
      return SummarizeValues(points.float64, summary);
    case ValueType::kInt64:
      return SummarizeValues(points.int64, summary);
    case ValueType::kUint64:
    case ValueType::kBool:
      return SummarizeValues(points.uint64, summary);
  }
  return false;
}

}  // namespace

double NumberOf(ValueType type, uint64_t bits) {
  switch (type) {
    case ValueType::kFloat32:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    case ValueType::kFloat64:
      return std::bit_cast<double>(bits);
    case ValueType::kInt64:
      return static_cast<double>(static_cast<int64_t>(bits));
    case ValueType::kUint64:
    case ValueType::kBool:
      return static_cast<double>(bits);
  }
  return 0;
}

uint64_t ScalarSpan::ValueBits(size_t i) const {
  switch (type) {
    case ValueType::kFloat32:
      return std::bit_cast<uint32_t>(float32[i]);
    case ValueType::kFloat64:
      return std::bit_cast<uint64_t>(float64[i]);
    case ValueType::kInt64:
      return static_cast<uint64_t>(int64[i]);
    case ValueType::kUint64:
    case ValueType::kBool:
      return uint64[i];
  }
  return 0;
}

double ScalarSpan::ValueAsDouble(size_t i) const { return NumberOf(type, ValueBits(i)); }

STEPSCOPE_VECTOR_CLONES
bool Summarize(const ScalarSpan& points, BlockSummary& summary) {
  if (!SummarizeValues(points, summary)) return false;
  for (size_t i = 0; i < points.size(); i += kPiecePoints) {
    summary.piece_times[i / kPiecePoints] = points.wall_times[i];
  }
  bool is_sorted = false;
  if (!FindRange(points.wall_times, summary.earliest, summary.latest, is_sorted)) return false;
  summary.has_sorted_times = is_sorted ? 1 : 0;
  FindRange(points.steps, summary.lowest_step, summary.highest_step, is_sorted);
  summary.has_sorted_steps = is_sorted ? 1 : 0;
  const auto point = [&](size_t i) {
    return PointBits{points.steps[i], points.wall_times[i], points.ValueBits(i)};
  };
  summary.first = point(0);
  summary.last = point(points.size() - 1);
  summary.lowest = point(summary.lowest_at);
  summary.highest = point(summary.highest_at);
  return true;
}

STEPSCOPE_VECTOR_CLONES
size_t EncodeBlock(const ScalarSpan& points, std::byte* out) {
  const size_t count = points.size();
  BlockHeader header{};
  header.count = static_cast<uint16_t>(count);
  header.type = static_cast<uint8_t>(points.type);
  std::byte* at = out + sizeof(header);

  const int64_t* const steps = points.steps.data();
  const Differences step_differences = MeasureDifferences(steps, count);
  header.first_step = steps[0];
  header.step_base = step_differences.base;
  header.step_width = static_cast<uint8_t>(step_differences.width);
  at = PutDifferences(steps, count, step_differences, at);

  Numbers<int64_t> times;
  std::memcpy(times.at, points.wall_times.data(), count * sizeof(double));
  const Differences time_differences = MeasureDifferences(times.at, count);
  header.first_wall_time = times.at[0];
  header.wall_time_base = time_differences.base;
  header.wall_time_width = static_cast<uint8_t>(time_differences.width);
  at = PutDifferences(times.at, count, time_differences, at);

  if (points.type == ValueType::kFloat32) {
    Numbers<uint32_t> ordered;
    std::memcpy(ordered.at, points.float32.data(), count * sizeof(float));
    for (size_t i = 0; i < count; ++i) ordered.at[i] = ToOrdered(ordered.at[i]);
    at = PutValues(ordered, count, header, at);
  } else {
    Numbers<uint64_t> ordered;
    for (size_t i = 0; i < count; ++i) {
      const uint64_t bits = points.ValueBits(i);
      ordered.at[i] = points.type == ValueType::kFloat64 ? ToOrdered(bits)
                      : points.type == ValueType::kInt64 ? bits ^ kTopBit<uint64_t>
                                                         : bits;
    }
    at = PutValues(ordered, count, header, at);
  }
  std::memcpy(out, &header, sizeof(header));
  return static_cast<size_t>(at - out);
}

}  // namespace stepscope
