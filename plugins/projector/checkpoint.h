// The variables of a TensorFlow checkpoint ("V2", event-files.md 6.11): a table of names in
// PREFIX.index, and their numbers in PREFIX.data-00000-of-00001 and the like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "wire/tensor_view.h"

namespace stepscope {

// Of an index, which lies in memory while it is walked. Models of a hundred thousand variables have
// ten megabytes.
inline constexpr uint64_t kMaxCheckpointIndexBytes = 64 << 20;
// Variables that are kept; the name of one, and their sizes, are bounded by the table's blocks.
inline constexpr size_t kMaxCheckpointVariables = 65'536;
inline constexpr size_t kMaxVariableNameBytes = 2048;

struct CheckpointVariable {
  std::string name;
  DataType dtype = DataType::kInvalid;
  std::vector<int64_t> shape;
  uint32_t shard = 0;
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
  uint32_t masked_crc = 0;
  bool is_partitioned = false;  // Its numbers lie under other names, part by part.
};

class Checkpoint {
 public:
  // Reads the index. `prefix` is relative to `directory` and may not leave it. NOT_FOUND: there is
  // no such checkpoint. DATA_LOSS: its index is damaged.
  static Result<Checkpoint> Open(const FileSystem& files, std::string directory,
                                 std::string prefix);
  // The same, of what a file of that kind holds.
  static Result<Checkpoint> FromIndex(std::string_view index, std::string directory,
                                      std::string prefix);

  // Sorted by name.
  const std::vector<CheckpointVariable>& variables() const { return variables_; }
  const CheckpointVariable* Find(std::string_view name) const;

  // The first `max_rows` rows (0: all) as little-endian float32. INVALID_ARGUMENT: no numbers.
  // DATA_LOSS: the data is damaged. RESOURCE_EXHAUSTED: more than kMaxTensorBytes.
  Result<std::string> ReadFloats(const FileSystem& files, const CheckpointVariable& variable,
                                 uint64_t max_rows) const;

 private:
  Checkpoint(std::string directory, std::string prefix)
      : directory_(std::move(directory)), prefix_(std::move(prefix)) {}
  Status AddEntry(std::string_view name, std::string_view value);

  std::string directory_;
  std::string prefix_;
  uint32_t shards_ = 1;
  std::vector<CheckpointVariable> variables_;
};

}  // namespace stepscope
