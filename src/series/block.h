// A sealed block: up to 1,024 consecutive points of one series in as few bytes as are simple to
// undo. What it holds is exact to the bit. The same bytes lie in memory and in the index.
//
//   header | steps | wall times | values          (docs/format/index.md)
//
// Steps and the bit patterns of wall times are kept as differences from point to point, less the
// smallest difference; values as bit patterns in the order of the numbers, less the smallest, or as
// differences where that is shorter. What is left are small numbers of one width (bit_pack.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace stepscope {

// How the values of one block are stored: exactly as they were logged.
enum class ValueType : uint8_t { kFloat32, kFloat64, kInt64, kUint64, kBool };

constexpr uint32_t kMaxBlockPoints = 1024;

// Consecutive points of one series. All spans that were asked for have one length, except that
// exactly one of the value spans is not empty: the one of `type`.
struct ScalarSpan {
  ValueType type = ValueType::kFloat32;
  std::span<const int64_t> steps;
  std::span<const double> wall_times;  // Seconds since the epoch.
  std::span<const float> float32;
  std::span<const double> float64;
  std::span<const int64_t> int64;
  std::span<const uint64_t> uint64;  // Also bools, as 0 and 1.

  size_t size() const { return steps.size(); }
  double ValueAsDouble(size_t i) const;  // Rounds integers above 2^53.
  uint64_t ValueBits(size_t i) const;    // As ScalarColumn::Append() takes them.
};

// What a reader brings along to have a block's points written into: 24 KiB.
struct ScalarBuffer {
  // NOLINTBEGIN(modernize-avoid-c-arrays): left uninitialised, for speed.
  alignas(64) int64_t steps[kMaxBlockPoints];
  alignas(64) double wall_times[kMaxBlockPoints];
  union {  // The one of the block's type.
    alignas(64) float float32[kMaxBlockPoints];
    alignas(64) double float64[kMaxBlockPoints];
    alignas(64) int64_t int64[kMaxBlockPoints];
    alignas(64) uint64_t uint64[kMaxBlockPoints];
  };
  // NOLINTEND(modernize-avoid-c-arrays)

  ScalarBuffer() {}  // NOLINT(modernize-use-equals-default): that would zero it.
};

// One point, whatever the type of its value.
struct PointBits {
  int64_t step = 0;
  double wall_time = 0;
  uint64_t bits = 0;

  bool operator==(const PointBits&) const = default;
};

constexpr uint32_t kPiecePoints = 64;
constexpr uint32_t kMaxBlockPieces = kMaxBlockPoints / kPiecePoints;

// What a chart needs of a block all of whose points fall into one of its pixels. Only for blocks
// whose values and wall times are all finite.
struct BlockSummary {
  PointBits first;
  PointBits last;
  PointBits lowest;  // The first of equals, here and below.
  PointBits highest;
  int64_t lowest_step = 0;
  int64_t highest_step = 0;
  double earliest = 0;
  double latest = 0;
  uint32_t lowest_at = 0;  // Places in the block.
  uint32_t highest_at = 0;
  // Whether they never go back. As 32 bits, so that nothing between the members is undefined.
  uint32_t has_sorted_steps = 0;
  uint32_t has_sorted_times = 0;

  // For a pixel that ends inside the block, of each piece of kPiecePoints: the time of its first
  // point, where in the piece its lowest and highest value are, and how far these are above
  // `lowest_ordered`, which is the place of the block's lowest among all values of the type (both
  // zeros are the positive one), in units of 2^piece_unit_bits, rounded down.
  uint64_t lowest_ordered = 0;
  uint64_t piece_unit_bits = 0;  // 0 for float32.
  std::array<double, kMaxBlockPieces> piece_times = {};
  std::array<uint32_t, kMaxBlockPieces> piece_lows = {};
  std::array<uint32_t, kMaxBlockPieces> piece_highs = {};
  std::array<uint8_t, kMaxBlockPieces> piece_lowest_at = {};
  std::array<uint8_t, kMaxBlockPieces> piece_highest_at = {};
};

double NumberOf(ValueType type, uint64_t bits);

// A shorter block is not worth a summary: whoever wants to know reads its points.
constexpr uint32_t kMinSummaryPoints = 512;
// Fills `summary` unless some number is not finite.
bool Summarize(const ScalarSpan& points, BlockSummary& summary);

// No block of so many points is longer: rows of packed numbers may be filled up with zeros.
constexpr size_t MaxBlockBytes(uint32_t points) {
  return 64 + 3 * (sizeof(uint64_t) * ((points + 31) / 32 * 32) + 8);
}
constexpr size_t kMaxBlockBytes = MaxBlockBytes(kMaxBlockPoints);
// Writes 1 to kMaxBlockPoints points into `out`, which has room for MaxBlockBytes() and is aligned
// to 8. Returns the bytes used, a multiple of 8.
size_t EncodeBlock(const ScalarSpan& points, std::byte* out);

struct BlockShape {
  uint32_t count = 0;
  ValueType type = ValueType::kFloat32;
  size_t bytes = 0;
};
// What a block says of itself; count 0 when `bytes` do not begin with a block that can be decoded
// without reading beyond them. For blocks that come from disk; aligned to 8.
BlockShape CheckBlock(std::span<const std::byte> bytes);

// Which parts of the points to read.
enum PointParts : uint8_t { kSteps = 1, kWallTimes = 2, kValues = 4, kWholePoints = 7 };

// The points of a block that was encoded here or checked, in `buffer`. Parts that are not asked for
// are empty, except that there is always `steps.size()`.
ScalarSpan DecodeBlock(const std::byte* block, ScalarBuffer& buffer, PointParts parts);
// One of its points, which is quicker than all of them, and more so with the block's summary.
PointBits DecodePoint(const std::byte* block, size_t index, const BlockSummary* summary = nullptr);

// Steps at equal distances.
struct RegularSteps {
  int64_t first = 0;
  int64_t distance = 0;
  int64_t At(size_t index) const {  // Wraps around, as those of a block may.
    return static_cast<int64_t>(static_cast<uint64_t>(first) +
                                index * static_cast<uint64_t>(distance));
  }
};
// Nothing where a block's steps are not regular.
std::optional<RegularSteps> RegularStepsOf(const std::byte* block);

}  // namespace stepscope
