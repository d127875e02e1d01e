// Gaussian smoothing of a stream, in constant time a point whatever the width.
//
// Narrow kernels are summed directly. A wide one is the convolution of two of width / sqrt(2):
// points are spread with the first onto a coarse grid, whose sums are gathered with the second. A
// Gaussian is so smooth that a grid of width / 2.2 loses nothing that could be seen: weights differ
// from the true ones by less than 1e-7 of the largest, and points further than 6 widths away (on
// the grid 8) count for nothing. Unlike with a Fourier transform, a spike of 1e30 leaves what is
// beyond its reach exactly as it would be without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/smoothing_kernel.h"

namespace stepscope {

// How far to one side points count, in widths, with the rounding to grid places; for wide kernels.
constexpr double kGaussianReach = 10;

struct GaussianWeights {
  explicit GaussianWeights(double width);  // In points; > 0.

  size_t spacing = 0;        // Of the grid, in points; 0 for a kernel that is summed directly.
  size_t reach = 0;          // To one side: in points, or in grid places.
  std::vector<double> taps;  // Direct: by distance. Grid: 2 * reach + 2 for each phase.
};

std::unique_ptr<SmoothingKernel> MakeGaussianKernel(std::shared_ptr<const GaussianWeights> weights);

}  // namespace stepscope
