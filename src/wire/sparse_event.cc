#include "wire/sparse_event.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace stepscope {
namespace {

// The longest head of a field: its number and the length or value, both varints.
constexpr uint64_t kMaxHeadBytes = 20;

Error NoMessage() { return {Code::kDataLoss, "bytes are no event"}; }

Result<SparseValue> ReadValue(FileWindow& window, FileRange message) {
  using Field = SparseFields::Field;
  SparseValue value;
  value.whole = message;
  FileRange tag;
  FileRange node_name;
  std::optional<FileRange> metadata;
  SparseFields fields(window, message);
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<Field> field, fields.Next());
    if (!field) break;
    const ValueKind kind = ValueKindOf(field->number, field->type);
    if (kind != ValueKind::kNone) {
      value.kind = kind;
      value.body = field->range;
      value.simple_value = std::bit_cast<float>(static_cast<uint32_t>(field->scalar));
    } else if (field->type == WireType::kBytes) {
      if (field->number == 1) tag = field->range;
      if (field->number == 7) node_name = field->range;
      if (field->number == 9) metadata = field->range;
    }
  }
  if (value.kind != ValueKind::kSimpleValue) value.simple_value = 0;

  if (tag.length == 0) tag = node_name;
  value.lacks_long_fields =
      tag.length > FileWindow::kBytes || (metadata && metadata->length > FileWindow::kBytes);
  if (tag.length <= FileWindow::kBytes) {
    ASSIGN_OR_RETURN(const Bytes bytes, window.Read(tag));
    value.tag.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  if (metadata && metadata->length <= FileWindow::kBytes) {
    ASSIGN_OR_RETURN(const Bytes bytes, window.Read(*metadata));
    value.metadata.emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return value;
}

}  // namespace

Result<std::span<const std::byte>> FileWindow::Read(FileRange range) {
  if (range.length == 0) return std::span<const std::byte>();
  const bool is_inside = range.offset >= offset_ && range.offset - offset_ <= bytes_.size() &&
                         range.length <= bytes_.size() - (range.offset - offset_);
  if (!is_inside) {
    bytes_.resize(kBytes);
    auto count = file_.ReadAt(range.offset, bytes_);
    bytes_.resize(count ? *count : 0);
    offset_ = range.offset;
    if (!count) return std::move(count).error();
    if (*count < range.length) return Error{Code::kDataLoss, "file has become shorter"};
  }
  return std::span<const std::byte>(bytes_).subspan(range.offset - offset_, range.length);
}

Result<std::optional<SparseFields::Field>> SparseFields::Next() {
  if (rest_.length == 0) return std::optional<Field>();
  const FileRange range = {rest_.offset, std::min(rest_.length, kMaxHeadBytes)};
  rest_ = {rest_.offset + rest_.length, 0};  // Nothing follows what turns out to be no field.
  const uint64_t message_end = rest_.offset;
  ASSIGN_OR_RETURN(const Bytes bytes, window_.Read(range));

  ProtoReader head(bytes);
  uint64_t tag = 0;
  if (!head.NextVarint(tag) || tag < 8 || tag > UINT32_MAX) return NoMessage();
  Field field = {.number = static_cast<uint32_t>(tag >> 3), .type = static_cast<WireType>(tag & 7)};
  bool is_whole = false;
  switch (field.type) {
    case WireType::kVarint:
    case WireType::kBytes:
      is_whole = head.NextVarint(field.scalar);
      break;
    case WireType::kFixed64:
      is_whole = head.NextFixed64(field.scalar);
      break;
    case WireType::kFixed32:
      is_whole = head.NextFixed32(field.scalar);
      break;
    case WireType::kGroup:
      break;
  }
  if (!is_whole) return NoMessage();

  uint64_t next = range.offset + (range.length - head.rest().size());
  if (field.type == WireType::kBytes) {
    if (field.scalar > message_end - next) return NoMessage();
    field.range = {next, field.scalar};
    next += field.scalar;
  }
  rest_ = {next, message_end - next};
  return std::optional(field);
}

Result<SparseEvent> ReadSparseEvent(const RandomAccessFile& file, FileRange data) {
  SparseEvent event;
  FileWindow window(file);
  SparseFields fields(window, data);
  while (true) {
    ASSIGN_OR_RETURN(const auto field, fields.Next());
    if (!field) return event;
    if (field->number == 1 && field->type == WireType::kFixed64) {
      event.wall_time = std::bit_cast<double>(field->scalar);
    } else if (field->number == 2 && field->type == WireType::kVarint) {
      event.step = static_cast<int64_t>(field->scalar);
    } else if (const EventKind kind = EventKindOf(field->number, field->type);
               kind != EventKind::kNone) {
      event.kind = kind;
      event.body = field->range;
    }
  }
}

Result<std::optional<SparseValue>> SparseSummaryReader::Next() {
  while (true) {
    auto field = values_.Next();
    ok_ = field.has_value();
    if (!ok_) return std::move(field).error();
    if (!*field) return std::optional<SparseValue>();
    if ((*field)->number != 1 || (*field)->type != WireType::kBytes) continue;
    ASSIGN_OR_RETURN(SparseValue value, ReadValue(window_, (*field)->range));
    return std::optional(std::move(value));
  }
}

}  // namespace stepscope
