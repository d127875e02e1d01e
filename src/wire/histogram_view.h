// Histograms as they were logged before they were tensors, and as torch and tensorboardX still log
// them: TensorFlow's message HistogramProto.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace stepscope {

// The values in (left, right].
struct HistogramBucket {
  double left = 0;
  double right = 0;
  double count = 0;
};

// The buckets as tensorboard/data_compat.py has them: without the empty ones at both ends, and with
// the lowest and the highest value for the outer edges, where writers put infinities. Limits and
// counts beyond those of the other kind are left out. Nothing for bytes that are no HistogramProto.
std::optional<std::vector<HistogramBucket>> ParseHistogram(std::span<const std::byte> message);

}  // namespace stepscope
