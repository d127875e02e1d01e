// The values of one block for whoever looks for extremes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "series/block.h"

namespace stepscope {

// Holds values as integers of the same order, which take half the time to unpack and to compare,
// and unpacks only those pieces of the block that its summary leaves in question. 8 KiB.
class BlockValues {
 public:
  BlockValues() {}  // NOLINT(modernize-use-equals-default): that would zero the numbers.

  // A block that was encoded here or checked, and its summary. Both stay where they are.
  void Read(const std::byte* block, const BlockSummary& summary);

  // The lowest and the highest of the values [begin, end), which are some: what they are, in the
  // order of their type, where both zeros are one, and where, the first of equals.
  struct Range {
    uint64_t lowest = 0;
    uint64_t highest = 0;
    uint32_t lowest_at = 0;
    uint32_t highest_at = 0;
  };
  Range RangeOf(size_t begin, size_t end);
  double NumberOf(uint64_t ordered) const;  // Rounds integers above 2^53.

 private:
  bool IsNarrow() const { return type_ == ValueType::kFloat32; }
  void ReadPiece(size_t piece);
  // Of one piece, of which the places are not looked for.
  Range EndsOfPart(size_t begin, size_t end);
  uint32_t Find(uint64_t ordered, size_t begin, size_t end) const;
  void AddPieces(size_t begin, size_t end, Range& range);
  uint64_t At(uint32_t index);

  ValueType type_ = ValueType::kFloat32;
  const std::byte* block_ = nullptr;
  const BlockSummary* summary_ = nullptr;
  uint32_t pieces_read_ = 0;  // A bit each.
  static_assert(kMaxBlockPieces <= 32);
  // NOLINTBEGIN(modernize-avoid-c-arrays): left uninitialised, for speed.
  union {
    alignas(64) uint32_t narrow[kMaxBlockPoints];
    alignas(64) uint64_t wide[kMaxBlockPoints];
  } ordered_;
  // NOLINTEND(modernize-avoid-c-arrays)
};

}  // namespace stepscope
