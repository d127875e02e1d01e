// The file of a tensor: rows of numbers as text, or float32 as they lie in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace stepscope {

// Of a tensor that is answered: 100,000 points, which is what the stock page asks for, in 300
// dimensions. Beyond it a client asks for fewer rows.
inline constexpr uint64_t kMaxTensorBytes = 128 << 20;

// Of a tensor's text that a request reads: some seconds' work.
inline constexpr uint64_t kMaxTensorTextBytes = 512 << 20;

struct TensorSize {
  uint64_t rows = 0;
  uint64_t columns = 0;
};

// The size of a tensor in text, of which only the first row is looked at as numbers. Nothing where
// it is no text, has no rows, or is longer than `max_bytes`.
Result<std::optional<TensorSize>> MeasureTensorText(const RandomAccessFile& file,
                                                    uint64_t max_bytes);

// Its first `max_rows` rows (0: all) as little-endian float32, row by row. Text has a row a line,
// with tabs between the numbers; a file that is no text has float32 in the shape that its
// configuration says. INVALID_ARGUMENT: it is neither. RESOURCE_EXHAUSTED: more than a limit.
Result<std::string> ReadTensorFile(const RandomAccessFile& file, std::span<const uint32_t> shape,
                                   uint64_t max_rows);

}  // namespace stepscope
