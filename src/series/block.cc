#include "series/block.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "series/bit_pack.h"

// The whole of the marked functions is also compiled for processors with 256-bit vectors, and which
// one runs is decided once. Sanitizers do not get along with that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define STEPSCOPE_VECTOR_CLONES __attribute__((flatten, target_clones("avx2,bmi2", "default")))
#else
#define STEPSCOPE_VECTOR_CLONES
#endif

namespace stepscope {
namespace {

struct Header {
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
static_assert(sizeof(Header) == 56);

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

size_t RowsOf(size_t count, size_t lanes) { return (count + lanes - 1) / lanes; }

bool IsNarrow(unsigned width) { return width <= 32; }

template <typename T>
size_t PackedBytesAs(size_t count, unsigned width) {
  const size_t lanes = count >= kMinLanePoints ? kLanes<T> : 1;
  const size_t bytes = WordsPerLane<T>(RowsOf(count, lanes), width) * lanes * sizeof(T);
  return (bytes + 7) & ~size_t{7};
}

size_t PackedBytes(size_t count, unsigned width) {
  return IsNarrow(width) ? PackedBytesAs<uint32_t>(count, width)
                         : PackedBytesAs<uint64_t>(count, width);
}

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

template <typename T>
void GetAs(const std::byte* in, size_t count, unsigned width, T* numbers) {
  const T* const words = reinterpret_cast<const T*>(in);
  if (count < kMinLanePoints) {
    Unpack<T, 1>(words, count, width, numbers);
  } else {
    Unpack<T, kLanes<T>>(words, RowsOf(count, kLanes<T>), width, numbers);
  }
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

template <typename T>
uint64_t SumAs(const std::byte* in, size_t count, unsigned width, size_t terms) {
  Numbers<T> left;
  GetAs(in, count, width, left.at);
  uint64_t sum = 0;
  for (size_t i = 0; i < terms; ++i) sum += left.at[i];
  return sum;
}

// Number `index` of those that GetDifferences() gives.
uint64_t GetOneOfDifferences(const std::byte* in, size_t count, uint64_t first, int64_t base,
                             unsigned width, size_t index) {
  const uint64_t regular = first + index * static_cast<uint64_t>(base);
  if (width == 0) return regular;
  return regular + (IsNarrow(width) ? SumAs<uint32_t>(in, count, width, index + 1)
                                    : SumAs<uint64_t>(in, count, width, index + 1));
}

// The values of one block: T is uint32_t for float32, else uint64_t.
template <typename T>
std::byte* PutValues(Numbers<T>& ordered, size_t count, Header& header, std::byte* out) {
  const auto [low, high] = std::minmax_element(ordered.at, ordered.at + count);
  const T base = *low;
  const auto width = static_cast<unsigned>(std::bit_width(static_cast<T>(*high - base)));
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

template <typename T>
void GetValues(const std::byte* in, const Header& header, T* ordered) {
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

// The lowest and the highest as they sort. False when one is not finite.
template <typename Number>
bool FindRange(std::span<const Number> numbers, Number& lowest, Number& highest) {
  auto low = ToSortable(numbers[0]);
  auto high = low;
  for (const Number number : numbers) {
    const auto sortable = ToSortable(number);
    low = sortable < low ? sortable : low;
    high = sortable > high ? sortable : high;
  }
  if constexpr (std::is_floating_point_v<Number>) {
    // Beyond the largest numbers lie the infinities, and behind them what is no number.
    constexpr Number kMax = std::numeric_limits<Number>::max();
    if (low < ToSortable(-kMax) || high > ToSortable(kMax)) return false;
    lowest = std::bit_cast<Number>(ToSortable(std::bit_cast<Number>(low)));
    highest = std::bit_cast<Number>(ToSortable(std::bit_cast<Number>(high)));
  } else if constexpr (std::is_signed_v<Number>) {
    lowest = low;
    highest = high;
  } else {
    lowest = static_cast<Number>(low) ^ kTopBit<Number>;
    highest = static_cast<Number>(high) ^ kTopBit<Number>;
  }
  return true;
}

template <typename Number>
bool IsSorted(std::span<const Number> numbers) {
  int64_t goes_back = 0;
  for (size_t i = 1; i < numbers.size(); ++i) {
    goes_back |= ToSortable(numbers[i]) < ToSortable(numbers[i - 1]) ? -1 : 0;
  }
  return goes_back == 0;
}

// Where `number` is first, which is one of them.
template <typename Number>
uint32_t FindFirst(std::span<const Number> numbers, Number number) {
  constexpr size_t kStride = 64;
  size_t at = 0;
  for (; at + kStride <= numbers.size(); at += kStride) {
    bool is_here = false;
    for (size_t i = 0; i < kStride; ++i) is_here |= numbers[at + i] == number;
    if (is_here) break;
  }
  while (numbers[at] != number) ++at;
  return static_cast<uint32_t>(at);
}

template <typename Number>
std::optional<Extremes> FindExtremes(std::span<const Number> values, size_t begin, size_t end) {
  const std::span<const Number> part = values.subspan(begin, end - begin);
  Number lowest;
  Number highest;
  if (!FindRange(part, lowest, highest)) return std::nullopt;
  const auto offset = static_cast<uint32_t>(begin);
  return Extremes{offset + FindFirst(part, lowest), offset + FindFirst(part, highest)};
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
std::optional<Extremes> FindExtremes(const ScalarSpan& points, size_t begin, size_t end) {
  switch (points.type) {
    case ValueType::kFloat32:
      return FindExtremes(points.float32, begin, end);
    case ValueType::kFloat64:
      return FindExtremes(points.float64, begin, end);
    case ValueType::kInt64:
      return FindExtremes(points.int64, begin, end);
    case ValueType::kUint64:
    case ValueType::kBool:
      return FindExtremes(points.uint64, begin, end);
  }
  return std::nullopt;
}

STEPSCOPE_VECTOR_CLONES
bool Summarize(const ScalarSpan& points, BlockSummary& summary) {
  const auto extremes = FindExtremes(points, 0, points.size());
  if (!extremes) return false;
  summary.lowest_at = extremes->lowest_at;
  summary.highest_at = extremes->highest_at;
  if (!FindRange(points.wall_times, summary.earliest, summary.latest)) return false;
  FindRange(points.steps, summary.lowest_step, summary.highest_step);
  summary.has_sorted_steps = IsSorted(points.steps) ? 1 : 0;
  summary.has_sorted_times = IsSorted(points.wall_times) ? 1 : 0;
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
  Header header{};
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

BlockShape CheckBlock(std::span<const std::byte> bytes) {
  Header header;
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
ScalarSpan DecodeBlock(const std::byte* block, ScalarBuffer& buffer, PointParts parts) {
  Header header;
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
PointBits DecodePoint(const std::byte* block, size_t index) {
  Header header;
  std::memcpy(&header, block, sizeof(header));
  const size_t count = header.count;
  const std::byte* at = block + sizeof(header);
  PointBits point;
  point.step =
      static_cast<int64_t>(GetOneOfDifferences(at, count, static_cast<uint64_t>(header.first_step),
                                               header.step_base, header.step_width, index));
  at += PackedBytes(count, header.step_width);
  point.wall_time = std::bit_cast<double>(
      GetOneOfDifferences(at, count, static_cast<uint64_t>(header.first_wall_time),
                          header.wall_time_base, header.wall_time_width, index));
  at += PackedBytes(count, header.wall_time_width);
  const uint64_t ordered = header.has_value_differences != 0
                               ? GetOneOfDifferences(at, count, header.first_value,
                                                     header.value_base, header.value_width, index)
                               : header.first_value + GetOne(at, count, header.value_width, index);
  switch (static_cast<ValueType>(header.type)) {
    case ValueType::kFloat32:
      point.bits = FromOrdered(static_cast<uint32_t>(ordered));
      break;
    case ValueType::kFloat64:
      point.bits = FromOrdered(ordered);
      break;
    case ValueType::kInt64:
      point.bits = ordered ^ kTopBit<uint64_t>;
      break;
    case ValueType::kUint64:
    case ValueType::kBool:
      point.bits = ordered;
      break;
  }
  return point;
}

}  // namespace stepscope
