// An event that is too long to be buffered (Record::is_streamed), read from its file in pieces:
// only the heads of fields and short fields are fetched, and what is long comes as a place in the
// file. Memory is bounded by two windows, whatever the lengths say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "wire/event_view.h"

namespace stepscope {

struct FileRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};

// The bytes around the place that was read last.
class FileWindow {
 public:
  // What is read at once. A tag or metadata longer than this is no use to anyone.
  static constexpr size_t kBytes = 64 << 10;

  explicit FileWindow(const RandomAccessFile& file) : file_(file) {}  // `file` must outlive it.
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;

  // The bytes of `range`, which must not be longer than kBytes, until the next call. DATA_LOSS:
  // the file no longer has them.
  Result<std::span<const std::byte>> Read(FileRange range);

 private:
  const RandomAccessFile& file_;
  std::vector<std::byte> bytes_;
  uint64_t offset_ = 0;
};

// Walks the fields of a message in a file, as ProtoReader walks one in memory.
class SparseFields {
 public:
  struct Field {
    uint32_t number = 0;
    WireType type = WireType::kVarint;
    uint64_t scalar = 0;
    FileRange range;  // Of a kBytes field's bytes.
  };

  SparseFields(FileWindow& window, FileRange message) : window_(window), rest_(message) {}

  // The next field; nothing at the end. DATA_LOSS: bytes that are no message (groups, which no
  // event has, count as such) or that the file no longer has.
  Result<std::optional<Field>> Next();

 private:
  FileWindow& window_;  // Must outlive the walk.
  FileRange rest_;
};

struct SparseEvent {
  double wall_time = 0;
  int64_t step = 0;
  EventKind kind = EventKind::kNone;
  FileRange body;
};
// `data` is a record's: {record.offset + kRecordHeaderBytes, record.length}. DATA_LOSS: no event.
Result<SparseEvent> ReadSparseEvent(const RandomAccessFile& file, FileRange data);

struct SparseValue {
  std::string tag;  // As in ValueView.
  ValueKind kind = ValueKind::kNone;
  float simple_value = 0;
  FileRange body;
  std::optional<std::string> metadata;
  FileRange whole;
  bool lacks_long_fields = false;  // A tag or metadata above FileWindow::kBytes was left out.
};

// Walks Summary.value of an event's kSummary body.
class SparseSummaryReader {
 public:
  SparseSummaryReader(const RandomAccessFile& file, FileRange summary)
      : window_(file), values_(window_, summary) {}

  // The next value; nothing at the end. DATA_LOSS: no value; what follows it can still be read
  // unless ok() turned false.
  Result<std::optional<SparseValue>> Next();
  bool ok() const { return ok_; }

 private:
  FileWindow window_;
  SparseFields values_;
  bool ok_ = true;
};

}  // namespace stepscope
