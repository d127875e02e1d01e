#include "wire/record_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "wire/crc32c.h"

namespace stepscope {
namespace {

// A buffer that grew beyond this is given back once it is not needed: several readers may be open
// at once, and one long record says little about the next.
constexpr size_t kMaxKeptBytes = 4 << 20;

template <typename T>
T Load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

}  // namespace

RecordReader::RecordReader(SequentialFile& file, uint64_t offset, uint64_t max_buffered_bytes)
    : file_(file), max_buffered_bytes_(max_buffered_bytes), offset_(offset) {}

RecordReader::~RecordReader() {
  if (capacity_ == kBufferBytes) ThisThreadsSpare() = std::move(buffer_);
}

RecordReader::Buffer& RecordReader::ThisThreadsSpare() {
  static thread_local Buffer spare;
  return spare;
}

Result<std::optional<Record>> RecordReader::Next() {
  // Filled in place: copying what was just written in pieces makes the processor wait.
  Result<std::optional<Record>> result{std::optional<Record>()};
  Record& record = result.value().emplace();
  if (NextBuffered(record)) return result;

  auto is_there = NextUnbuffered(record);
  if (!is_there) {
    result = std::move(is_there).error();
  } else if (!*is_there) {
    result.value().reset();
  }
  return result;
}

Result<bool> RecordReader::NextUnbuffered(Record& record) {
  if (error_) return *error_;
  while (true) {
    if (stream_) return NextOfStream(record);
    if (NextBuffered(record)) return true;
    uint64_t wanted = kRecordHeaderBytes;
    if (end_ - begin_ >= kRecordHeaderBytes) {
      const std::byte* const header = bytes_ + begin_;
      const auto length = Load<uint64_t>(header);
      if (MaskCrc(Crc32cOfWord(length)) != Load<uint32_t>(header + sizeof(length))) {
        return Fail(Code::kDataLoss, "record length fails its checksum");
      }
      if (length > kMaxRecordBytes) {
        return Fail(Code::kOutOfRange, "record is longer than any event can be");
      }
      if (length > max_buffered_bytes_) {
        begin_ += kRecordHeaderBytes;
        stream_ = Stream{.length = length, .left = length};
        continue;
      }
      wanted = kRecordHeaderBytes + length + kRecordFooterBytes;
    }
    ASSIGN_OR_RETURN(const size_t count, ReadMore(wanted));
    if (count == 0) return false;
  }
}

Result<bool> RecordReader::NextOfStream(Record& record) {
  while (stream_->left > 0) {
    if (begin_ == end_) {
      ASSIGN_OR_RETURN(const size_t count, ReadMore(1));
      if (count == 0) return false;
    }
    const auto count = static_cast<size_t>(std::min<uint64_t>(stream_->left, end_ - begin_));
    stream_->crc = Crc32c({bytes_ + begin_, count}, stream_->crc);
    stream_->left -= count;
    begin_ += count;
  }
  while (end_ - begin_ < kRecordFooterBytes) {
    ASSIGN_OR_RETURN(const size_t count, ReadMore(kRecordFooterBytes));
    if (count == 0) return false;
  }
  record = {.offset = offset_,
            .length = stream_->length,
            .data = {},
            .stored_crc = Load<uint32_t>(bytes_ + begin_),
            .is_streamed = true,
            .streamed_crc = MaskCrc(stream_->crc)};
  begin_ += kRecordFooterBytes;
  offset_ = record.end();
  stream_.reset();
  return true;
}

Result<size_t> RecordReader::ReadMore(uint64_t wanted) {
  if (begin_ > 0) {
    if (begin_ < end_) std::memmove(bytes_, bytes_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const bool is_oversized = capacity_ > kMaxKeptBytes && wanted <= kBufferBytes;
  size_t capacity = capacity_;
  if (capacity_ == 0 || is_oversized) {
    capacity = kBufferBytes;
  } else if (end_ == capacity_) {
    // Doubling keeps the memory within twice the bytes that have come, whatever the length claims.
    capacity = static_cast<size_t>(std::min<uint64_t>(wanted, 2 * uint64_t{capacity_}));
  }
  if (capacity != capacity_ && !Resize(capacity)) {
    return Fail(Code::kResourceExhausted, "no memory for a record");
  }
  // A buffer that is larger than this record needs is not filled: a short way from the processor's
  // cache to the parser is worth more than fewer calls.
  const size_t limit = std::min<uint64_t>(capacity_, std::max<uint64_t>(wanted, kBufferBytes));
  auto count = file_.Read({bytes_ + end_, limit - end_});
  if (!count) {
    error_ = std::move(count).error();
    return *error_;
  }
  end_ += *count;
  return *count;
}

bool RecordReader::Resize(size_t capacity_bytes) {
  const bool is_first = buffer_ == nullptr;
  if (is_first && capacity_bytes == kBufferBytes) buffer_ = std::move(ThisThreadsSpare());
  if (is_first && buffer_) {
    bytes_ = buffer_.get() + kReadableBefore;
    capacity_ = capacity_bytes;
    return true;
  }
  auto* resized =
      static_cast<std::byte*>(std::realloc(buffer_.get(), kReadableBefore + capacity_bytes));
  if (resized == nullptr) return false;
  if (is_first) std::memset(resized, 0, kReadableBefore);
  (void)buffer_.release();  // It is `resized` now.
  buffer_.reset(resized);
  bytes_ = resized + kReadableBefore;
  capacity_ = capacity_bytes;
  return true;
}

Error RecordReader::Fail(Code code, std::string_view what) {
  error_ = Error{code, std::string(what)};
  return *error_;
}

uint64_t RecordReader::pending_bytes() const {
  const uint64_t streamed =
      stream_ ? kRecordHeaderBytes + (stream_->length - stream_->left) : uint64_t{0};
  return streamed + (end_ - begin_);
}

std::optional<uint64_t> RecordReader::pending_length() const {
  if (stream_) return stream_->length;
  if (end_ - begin_ < kRecordHeaderBytes) return std::nullopt;
  return Load<uint64_t>(bytes_ + begin_);
}

}  // namespace stepscope
