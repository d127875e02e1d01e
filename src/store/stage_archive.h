// A stage as bytes, for the index on disk: everything that reading its files again would give.
//
// The head says what there is (files, tags, marks, how many points in how many blocks); the body
// holds the columns, sealed blocks as they lie in memory, so that a restored column points into the
// mapped body and costs nothing until it is asked. docs/format/index.md draws both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_stream.h"
#include "series/column.h"
#include "store/stage.h"

namespace stepscope {

// The body of an archive while it is put together: pieces of columns that live elsewhere.
class ArchiveBody {
 public:
  const std::vector<std::span<const std::byte>>& pieces() const { return pieces_; }
  uint64_t size() const { return size_; }

 private:
  friend class StageArchive;

  void Add(std::span<const std::byte> piece);
  std::span<uint64_t> Allocate(size_t words);  // Zeroed; becomes a piece by Add().

  std::vector<std::span<const std::byte>> pieces_;  // Each a multiple of 8 bytes.
  uint64_t size_ = 0;
  std::vector<ScalarColumnView> views_;  // Keep pieces alive.
  std::deque<std::vector<uint64_t>> owned_;
};

class StageArchive {
 public:
  // Count up when the bytes come to mean something else.
  static constexpr uint32_t kFormat = 3;

  // Appends to both. The stage may go on growing while the body is written.
  static void Save(const RunStage& stage, ByteWriter& head, ArchiveBody& body);

  // Fills a stage that has no files yet, and returns them in the order of their paths. Nothing when
  // the bytes make no sense: the stage is not to be used then. `body` is aligned to 8 bytes and
  // lives as long as `keep_alive`.
  static std::optional<std::vector<FileStage*>> Restore(
      ByteReader& head, std::span<const std::byte> body,
      const std::shared_ptr<const void>& keep_alive, RunStage& stage);

 private:
  class Saver;
  class Restorer;
};

}  // namespace stepscope
