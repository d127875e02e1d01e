// Running median of a stream, in nearly constant time a point whatever the window.
//
// Points are taken in blocks as long as the window. A block is sorted once, together with the
// window before it, and from then on every point is a rank, a whole number below twice the window:
// while the window moves over the block, ranks enter and leave a set of bits, and the middle one
// goes at most a step aside. So a point costs its share of a radix sort, and some nanoseconds in
// a bitmap that lies in the nearest cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "analysis/smoothing_kernel.h"

namespace stepscope {

// Of windows up to this, blocks hold more points than the window.
constexpr size_t kMinMedianBlock = 1024;

// The median is the middle value, or the mean of the two. Each window ends `ahead` points behind
// its own, `ahead` < `window`. What is final may be kept back until Settle().
std::unique_ptr<SmoothingKernel> MakeMedianKernel(uint32_t window, uint32_t ahead);

}  // namespace stepscope
