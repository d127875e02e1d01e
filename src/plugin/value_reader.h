// How a request reads values of tensor and blob series: which ones, and their bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "plugin/series_finder.h"
#include "store/stored_value.h"
#include "store/value_points.h"

namespace stepscope {

// The values that TensorBoard's routes answer with: as its Python loader keeps them, but where
// those are more than `limit` (0: no limit) evenly thinned and not by lot, the first and the newest
// always kept.
std::vector<ValuePoint> SampleValues(const Series& series, uint64_t limit);

// Reads values back from their files. One for each request: it keeps the last file open and bounds
// what is read in all. Not thread-safe.
class ValueReader {
 public:
  // Records are read as a whole, for their checksums; a request may look at this many bytes of
  // them, beyond its first: half a second's work.
  static constexpr uint64_t kMaxRequestBytes = 512 << 20;

  explicit ValueReader(const FileSystem& files) : files_(files) {}  // `files` must outlive it.

  // Nothing for a value that is not what its series says, which a list leaves out. Errors, which
  // name the file, end the request: UNAVAILABLE where the file no longer holds what was read from
  // it, RESOURCE_EXHAUSTED past a limit, and what opening and reading it says.
  Result<std::optional<StoredValue>> Read(const FoundSeries& found, const ValuePoint& point);

  // The blob of that index of the value of a blob series. INVALID_ARGUMENT: it has no such blob.
  Result<std::string> ReadBlob(const FoundSeries& found, const ValuePoint& point, uint32_t index);

 private:
  Result<const RandomAccessFile*> Open(const RunSnapshot& run, uint32_t file);

  const FileSystem& files_;
  const RunSnapshot* run_ = nullptr;  // Whose file is open.
  uint32_t file_index_ = 0;
  std::unique_ptr<RandomAccessFile> file_;
  uint64_t bytes_read_ = 0;
};

}  // namespace stepscope
