// A value of a series that is no scalar series: its bytes, read back from its file, in the one
// shape that old and new writers' values have in common, which is a tensor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "series/column.h"
#include "store/snapshot.h"
#include "wire/tensor_view.h"

namespace stepscope {

// Of one value, which lies in memory while it is looked at: twelve minutes of CD sound.
inline constexpr uint64_t kMaxValueBytes = 128 << 20;
// Of one value: pictures of a batch, clips. Ingest counts no further.
inline constexpr uint32_t kMaxBlobsPerValue = 1 << 16;

// The bytes of a value, whose record is checked again as a whole. UNAVAILABLE: the file no longer
// holds what was read from it, because it was replaced or damaged. RESOURCE_EXHAUSTED: the value is
// longer than `max_bytes`. `path` is what messages call the file.
Result<std::string> ReadValueBytes(const RandomAccessFile& file, std::string_view path,
                                   const BlobRef& ref, uint64_t max_bytes = kMaxValueBytes);

// How many blobs a value of a blob series holds, whose shape is this.
uint32_t CountBlobs(const std::vector<int64_t>& shape);

class StoredValue {
 public:
  // Takes what a reference of the series points at (ingest/compat.h). Old shapes become tensors as
  // tensorboard/data_compat.py makes them, but that histograms keep their precision: buckets are
  // float64 here and float32 there. INVALID_ARGUMENT: bytes that are no such value.
  static Result<StoredValue> Lift(const SeriesInfo& info, std::string bytes);

  const TensorView& tensor() const { return tensor_; }
  std::string_view proto() const { return *proto_; }  // The serialized TensorProto.
  bool was_lifted() const { return was_lifted_; }     // The file has another shape.

  // Of a blob series: its blobs, in place. Of sound with labels ([k, 2]), the sound alone, as
  // tensorboard/dataclass_compat.py has it. The errors of TensorView::Strings().
  Result<std::vector<std::string_view>> Blobs() const;

 private:
  StoredValue(std::string proto, bool was_lifted, TensorView tensor);

  std::unique_ptr<const std::string> proto_;  // Views into it survive a move.
  bool was_lifted_ = false;
  TensorView tensor_;
};

}  // namespace stepscope
