// Record framing, the outermost layer of an event file.
//
//   record := length:u64  crc(length):u32  data[length]  crc(data):u32
//
// Integers are little-endian and crc is the masked CRC-32C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "wire/crc32c.h"

namespace stepscope {

// Protobuf refuses messages of 2 GiB, so a longer record can only be damage.
constexpr uint64_t kMaxRecordBytes = (uint64_t{1} << 31) - 1;
constexpr uint64_t kRecordHeaderBytes = 12;
constexpr uint64_t kRecordFooterBytes = 4;

struct Record {
  uint64_t offset = 0;              // Of the record's header in the file.
  uint64_t length = 0;              // Of the data.
  std::span<const std::byte> data;  // Valid until the next Next(); empty when `is_streamed`.
  uint32_t stored_crc = 0;          // Masked, as in the file.
  // Longer than the reader's buffer may grow: its checksum was taken as a stream (see IsIntact) and
  // its data must be read from the file again where they are needed.
  bool is_streamed = false;
  uint32_t streamed_crc = 0;  // Masked, of the data that went by.

  // Costs a pass over the data, so the caller decides when to pay for it.
  bool IsIntact() const {
    return (is_streamed ? streamed_crc : MaskCrc(Crc32cOfRecord(data))) == stored_crc;
  }
  uint64_t end() const { return offset + kRecordHeaderBytes + length + kRecordFooterBytes; }
};

// What the first bytes of `available` say of the record that they begin with: its length, if that
// is intact and all of the record is there.
inline std::optional<uint64_t> WholeRecordLength(const std::byte* at, size_t available) {
  constexpr size_t kFrameBytes = kRecordHeaderBytes + kRecordFooterBytes;
  if (available < kFrameBytes) return std::nullopt;
  uint64_t length;
  std::memcpy(&length, at, sizeof(length));
  if (length > available - kFrameBytes) return std::nullopt;
  uint32_t crc;
  std::memcpy(&crc, at + sizeof(length), sizeof(crc));
  return MaskCrc(Crc32cOfWord(length)) == crc ? std::optional(length) : std::nullopt;
}

// Reads the records of one event file, which its writer may still be appending to.
// Never allocates on the word of a length: the buffer grows with the bytes that are there.
// Not thread-safe: a reader belongs to the one RunLoader that made it.
class RecordReader {
 public:
  static constexpr size_t kBufferBytes = 256 << 10;
  // In front of what buffered() returns as many bytes can be read, whatever they are.
  static constexpr size_t kReadableBefore = 128;
  static constexpr uint64_t kDefaultMaxBufferedBytes = 64 << 20;  // --max_record_bytes.

  // Reads from `offset` on, which must be the start of a record. `file` must be positioned there
  // and must outlive the reader. Longer data than `max_buffered_bytes` are streamed.
  RecordReader(SequentialFile& file, uint64_t offset,
               uint64_t max_buffered_bytes = kDefaultMaxBufferedBytes);
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  ~RecordReader();

  // Returns the next record, or nothing while the file's tail is incomplete: call again once the
  // file has grown. An error sticks, because past a broken length no record can be found; to try
  // again later, open a new reader at offset(). Codes: DATA_LOSS for a length whose checksum is
  // wrong, OUT_OF_RANGE for one that no event can have, else what reading the file said.
  Result<std::optional<Record>> Next();

  // Next() for the hot path: true with the next record where it lies whole in the buffer, which is
  // nearly always. False says nothing: ask Next(), which reads on.
  bool NextBuffered(Record& record);

  // For whoever walks records himself: the bytes from offset() on that are in memory, and how many
  // of them were used, which must be whole records.
  std::span<const std::byte> buffered() const {
    return stream_ ? std::span<const std::byte>()
                   : std::span<const std::byte>(bytes_ + begin_, end_ - begin_);
  }
  void Skip(size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }

  // Where the first record that was not handed out yet begins.
  uint64_t offset() const { return offset_; }
  // Once Next() returned nothing: the bytes of an incomplete record that lie past offset(); 0 at a
  // clean end.
  uint64_t pending_bytes() const;
  // Once Next() returned nothing: the length that the incomplete record claims, if that much of it
  // is there; its checksum was right.
  std::optional<uint64_t> pending_length() const;

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  using Buffer = std::unique_ptr<std::byte[], Free>;
  // A thread reads one file after the other, and a fresh buffer costs more than to read a short
  // one.
  static Buffer& ThisThreadsSpare();
  // A record that is too long for the buffer, while it goes by.
  struct Stream {
    uint64_t length = 0;
    uint64_t left = 0;
    uint32_t crc = 0;
  };

  // Both: false for nothing yet.
  Result<bool> NextUnbuffered(Record& record);
  Result<bool> NextOfStream(Record& record);
  // Reads more, so that in the end `wanted` bytes lie from begin_ on; 0 when there are none now.
  Result<size_t> ReadMore(uint64_t wanted);
  bool Resize(size_t capacity_bytes);
  Error Fail(Code code, std::string_view what);

  SequentialFile& file_;
  const uint64_t max_buffered_bytes_;
  uint64_t offset_;  // Of the byte at begin_, or of the record that is being streamed.
  Buffer buffer_;
  std::byte* bytes_ = nullptr;  // In buffer_, behind what may be read before the first record.
  size_t capacity_ = 0;         // From bytes_ on.
  size_t begin_ = 0;
  size_t end_ = 0;
  std::optional<Stream> stream_;
  std::optional<Error> error_;
};

inline bool RecordReader::NextBuffered(Record& record) {
  if (stream_) return false;
  const std::byte* const header = bytes_ + begin_;
  // A record that is not whole in the buffer is left to Next(), whether its length is true or not.
  const std::optional<uint64_t> length = WholeRecordLength(header, end_ - begin_);
  if (!length || *length > max_buffered_bytes_) return false;

  const std::byte* const data = header + kRecordHeaderBytes;
  record.offset = offset_;
  record.length = *length;
  record.data = {data, static_cast<size_t>(*length)};
  std::memcpy(&record.stored_crc, data + *length, sizeof(record.stored_crc));
  record.is_streamed = false;
  Skip(kRecordHeaderBytes + *length + kRecordFooterBytes);
  return true;
}

}  // namespace stepscope
