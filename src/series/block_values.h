// The values of one block for whoever looks for extremes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "series/block.h"

namespace stepscope {

// Holds values as integers of the same order, which take half the time to unpack and to compare.
// For blocks whose values are all finite: those that have a summary. 8 KiB.
class BlockValues {
 public:
  BlockValues() {}  // NOLINT(modernize-use-equals-default): that would zero the numbers.

  void Read(const std::byte* block);  // Which was encoded here or checked.

  // Of the values [begin, end), which are some: how low and how high they go.
  struct Range {
    uint64_t lowest = 0;  // As they are ordered.
    uint64_t highest = 0;
  };
  Range RangeOf(size_t begin, size_t end) const;
  double NumberOf(uint64_t ordered) const;  // Rounds integers above 2^53.
  // The first place in [begin, end) of a value that is as large as this one, which is there.
  uint32_t Find(uint64_t ordered, size_t begin, size_t end) const;

 private:
  bool IsNarrow() const { return type_ == ValueType::kFloat32; }

  ValueType type_ = ValueType::kFloat32;
  // NOLINTBEGIN(modernize-avoid-c-arrays): left uninitialised, for speed.
  union {
    alignas(64) uint32_t narrow[kMaxBlockPoints];
    alignas(64) uint64_t wide[kMaxBlockPoints];
  } ordered_;
  // NOLINTEND(modernize-avoid-c-arrays)
};

}  // namespace stepscope
