#include "store/stored_value.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "wire/crc32c.h"
#include "wire/event_view.h"
#include "wire/histogram_view.h"
#include "wire/proto_writer.h"
#include "wire/record_reader.h"

namespace stepscope {
namespace {

constexpr size_t kChunkBytes = 256 << 10;  // Stays in the processor's cache between the two passes.

Error Changed(std::string_view path, uint64_t offset) {
  return {Code::kUnavailable, std::string(path) + ": the record at byte " + std::to_string(offset) +
                                  " is not the one that was read before; the file was replaced or "
                                  "damaged"};
}

Error NoValue() { return {Code::kInvalidArgument, "bytes are no value of their series"}; }

// A tensor of that type and shape, up to its elements.
std::string BeginTensor(DataType dtype, std::initializer_list<uint64_t> shape) {
  std::string dimensions;
  for (const uint64_t size : shape) {
    std::string dimension;
    ProtoWriter(dimension).Varint(1, size);
    ProtoWriter(dimensions).Bytes(2, dimension);
  }
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, static_cast<uint64_t>(dtype));
  writer.Bytes(2, dimensions);
  return tensor;
}

// `head` and then the part of `bytes` that `part` is, made of `bytes` themselves, because they may
// be large.
std::string Splice(std::string_view head, std::string& bytes, std::span<const std::byte> part) {
  const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  const size_t offset = part.empty() ? 0 : static_cast<size_t>(part.data() - begin);
  bytes.resize(offset + part.size());
  bytes.replace(0, offset, head);
  return std::move(bytes);
}

std::string LiftHistogram(const std::vector<HistogramBucket>& buckets) {
  std::string tensor = BeginTensor(DataType::kDouble, {buckets.size(), 3});
  if (buckets.empty()) return tensor;
  static_assert(sizeof(HistogramBucket) == 3 * sizeof(double));
  ProtoWriter(tensor).Bytes(
      4, {reinterpret_cast<const char*>(buckets.data()), buckets.size() * sizeof(HistogramBucket)});
  return tensor;
}

// Image: field 1 height, 2 width, 4 the bytes.
std::optional<std::string> LiftImage(std::string& bytes, Bytes message) {
  int64_t width = 0;
  int64_t height = 0;
  Bytes picture;
  ProtoReader fields(message);
  for (ProtoField field; fields.Next(field);) {
    if (field.Is(1, WireType::kVarint)) height = static_cast<int32_t>(field.scalar);
    if (field.Is(2, WireType::kVarint)) width = static_cast<int32_t>(field.scalar);
    if (field.Is(4, WireType::kBytes)) picture = field.bytes;
  }
  if (!fields.ok()) return std::nullopt;
  std::string head = BeginTensor(DataType::kString, {3});
  ProtoWriter writer(head);
  writer.Bytes(8, std::to_string(width));
  writer.Bytes(8, std::to_string(height));
  writer.BytesHead(8, picture.size());
  return Splice(head, bytes, picture);
}

// Audio: field 4 the bytes.
std::optional<std::string> LiftAudio(std::string& bytes, Bytes message) {
  Bytes sound;
  ProtoReader fields(message);
  for (ProtoField field; fields.Next(field);) {
    if (field.Is(4, WireType::kBytes)) sound = field.bytes;
  }
  if (!fields.ok()) return std::nullopt;
  std::string head = BeginTensor(DataType::kString, {1});
  ProtoWriter(head).BytesHead(8, sound.size());
  return Splice(head, bytes, sound);
}

// What a reference points at where it is no Summary.Value (ingest/compat.h).
bool IsBareMessage(const SeriesInfo& info) {
  return info.plugin_name == "graphs" || info.plugin_name == "graph_tagged_run_metadata" ||
         info.plugin_name == "stepscope_meta_graph";
}

// TensorFlow's tensor of no elements, for hparams (tensorboard/plugins/hparams/metadata.py).
constexpr std::string_view kNullTensor("\x08\x01\x12\x04\x12\x02\x08\x00", 8);

struct Lifted {
  std::string proto;
  bool was_lifted = false;
};

std::optional<Lifted> LiftProto(const SeriesInfo& info, std::string& bytes) {
  const Bytes all = std::as_bytes(std::span(bytes));
  if (IsBareMessage(info)) {
    std::string head = BeginTensor(DataType::kString, {1});
    ProtoWriter(head).BytesHead(8, bytes.size());
    return Lifted{Splice(head, bytes, all), true};
  }
  const std::optional<ValueView> value = ParseValue(all);
  if (!value) return std::nullopt;
  switch (value->kind) {
    case ValueKind::kTensor:
      return Lifted{Splice("", bytes, value->body), false};
    case ValueKind::kHistogram: {
      const auto histogram = ParseHistogram(value->body);
      if (!histogram) return std::nullopt;
      return Lifted{LiftHistogram(*histogram), true};
    }
    case ValueKind::kImage: {
      auto proto = LiftImage(bytes, value->body);
      return proto ? std::optional(Lifted{*std::move(proto), true}) : std::nullopt;
    }
    case ValueKind::kAudio: {
      auto proto = LiftAudio(bytes, value->body);
      return proto ? std::optional(Lifted{*std::move(proto), true}) : std::nullopt;
    }
    case ValueKind::kNone:
    case ValueKind::kObsoleteHistogram:
      if (info.plugin_name != "hparams") return std::nullopt;
      return Lifted{std::string(kNullTensor), true};
    case ValueKind::kSimpleValue:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> ReadValueBytes(const RandomAccessFile& file, std::string_view path,
                                   const BlobRef& ref, uint64_t max_bytes) {
  if (ref.value_length > max_bytes) {
    return Error{Code::kResourceExhausted,
                 std::string(path) + ": the value in the record at byte " +
                     std::to_string(ref.record_offset) + " has " +
                     std::to_string(ref.value_length) + " bytes; at most " +
                     std::to_string(max_bytes) + " can be shown"};
  }
  std::string value;
  value.reserve(ref.value_length);
  uint32_t crc = 0;
  const uint64_t data_begin = ref.record_offset + kRecordHeaderBytes;
  const uint64_t data_end = data_begin + ref.record_length;
  const uint64_t value_begin = data_begin + ref.value_offset;
  const uint64_t value_end = value_begin + ref.value_length;
  std::array<std::byte, kRecordFooterBytes> footer{};
  size_t footer_bytes = 0;
  std::vector<std::byte> chunk(
      std::min<uint64_t>(kChunkBytes, ref.record_length + kRecordFooterBytes));
  for (uint64_t at = data_begin, end = data_end + kRecordFooterBytes; at < end;) {
    const std::span wanted = std::span(chunk).first(std::min<uint64_t>(chunk.size(), end - at));
    ASSIGN_OR_RETURN(const size_t count, file.ReadAt(at, wanted));
    if (count == 0) return Changed(path, ref.record_offset);
    const size_t data_bytes = std::min<uint64_t>(count, data_end - std::min(at, data_end));
    const std::span bytes = wanted.first(data_bytes);
    crc = Crc32c(bytes, crc);
    const uint64_t from = std::max(at, value_begin);
    const uint64_t to = std::min(at + data_bytes, value_end);
    if (from < to) value.append(reinterpret_cast<const char*>(&bytes[from - at]), to - from);
    const std::span behind = wanted.subspan(data_bytes, count - data_bytes);
    std::ranges::copy(behind, footer.begin() + static_cast<ptrdiff_t>(footer_bytes));
    footer_bytes += behind.size();
    at += count;
  }
  uint32_t stored = 0;
  std::memcpy(&stored, footer.data(), sizeof(stored));
  if (MaskCrc(crc) != stored || value.size() != ref.value_length) {
    return Changed(path, ref.record_offset);
  }
  return value;
}

uint32_t CountBlobs(const std::vector<int64_t>& shape) {
  if (shape.empty()) return 1;
  return static_cast<uint32_t>(std::clamp<int64_t>(shape[0], 0, kMaxBlobsPerValue));
}

StoredValue::StoredValue(std::string proto, bool was_lifted, TensorView tensor)
    : proto_(std::make_unique<const std::string>(std::move(proto))),
      was_lifted_(was_lifted),
      tensor_(std::move(tensor)) {}

Result<StoredValue> StoredValue::Lift(const SeriesInfo& info, std::string bytes) {
  std::optional<Lifted> lifted = LiftProto(info, bytes);
  if (!lifted) return NoValue();
  StoredValue value(std::move(lifted->proto), lifted->was_lifted, TensorView());
  auto tensor = TensorView::Parse(std::as_bytes(std::span(*value.proto_)));
  if (!tensor) return NoValue();
  value.tensor_ = *std::move(tensor);
  return value;
}

Result<std::vector<std::string_view>> StoredValue::Blobs() const {
  ASSIGN_OR_RETURN(std::vector<std::string_view> strings, tensor_.Strings(kMaxBlobsPerValue));
  const std::vector<int64_t>& shape = tensor_.shape();
  if (shape.size() > 1 && shape[0] > 0 && !strings.empty()) {
    const size_t stride = strings.size() / static_cast<size_t>(shape[0]);
    for (size_t i = 0; i < static_cast<size_t>(shape[0]); ++i) strings[i] = strings[i * stride];
    strings.resize(static_cast<size_t>(shape[0]));
  }
  return strings;
}

}  // namespace stepscope
