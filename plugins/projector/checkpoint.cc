#include "plugins/projector/checkpoint.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "plugins/projector/asset.h"
#include "plugins/projector/table_walk.h"
#include "plugins/projector/tensor_file.h"
#include "wire/crc32c.h"
#include "wire/proto_reader.h"
#include "wire/proto_writer.h"

namespace stepscope {
namespace {

// Fields of BundleHeaderProto and BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto).
constexpr uint32_t kHeaderShards = 1;
constexpr uint32_t kHeaderEndianness = 2;
constexpr uint32_t kEntryType = 1;
constexpr uint32_t kEntryShape = 2;
constexpr uint32_t kEntryShard = 3;
constexpr uint32_t kEntryOffset = 4;
constexpr uint32_t kEntrySize = 5;
constexpr uint32_t kEntryCrc = 6;
constexpr uint32_t kEntrySlices = 7;

// Parts of a variable have keys that begin with this byte (saved_tensor_slice_util.cc).
constexpr char kPartMark = '\0';

constexpr uint64_t kChunkBytes = 1 << 20;  // A multiple of every number's size.

// Of one number; 0 for what is none.
uint64_t BytesOf(DataType dtype) {
  switch (dtype) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kBool:
      return 1;
    case DataType::kInt16:
    case DataType::kUint16:
    case DataType::kHalf:
    case DataType::kBfloat16:
      return 2;
    case DataType::kFloat:
    case DataType::kInt32:
    case DataType::kUint32:
      return 4;
    case DataType::kDouble:
    case DataType::kInt64:
    case DataType::kUint64:
      return 8;
    default:
      return 0;
  }
}

// The product; nothing where it does not fit or a size is negative.
std::optional<uint64_t> Product(std::span<const int64_t> sizes) {
  uint64_t product = 1;
  for (const int64_t size : sizes) {
    if (size < 0 || __builtin_mul_overflow(product, static_cast<uint64_t>(size), &product)) {
      return std::nullopt;
    }
  }
  return product;
}

// Appends numbers as float32. The tensor's own decoder knows all types.
Status AppendFloats(DataType dtype, std::string_view numbers, std::string& out) {
  if (dtype == DataType::kFloat) {
    out += numbers;
    return {};
  }
  const uint64_t count = numbers.size() / BytesOf(dtype);
  std::string dimension;
  ProtoWriter(dimension).Varint(1, count);
  std::string shape;
  ProtoWriter(shape).Bytes(2, dimension);
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, static_cast<uint64_t>(dtype));
  writer.Bytes(2, shape);
  writer.Bytes(4, numbers);
  const auto view = TensorView::Parse(std::as_bytes(std::span(tensor)));
  if (!view) return Error{Code::kInvalidArgument, "the variable's numbers cannot be decoded"};
  ASSIGN_OR_RETURN(const std::vector<double> doubles, view->Doubles(count));
  for (const double number : doubles) {
    const auto value = static_cast<float>(number);
    std::array<char, sizeof(float)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(float));
    out.append(bytes.data(), bytes.size());
  }
  return {};
}

// "00003", as TensorFlow numbers the shards.
std::string FiveDigits(uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(5 - std::min<size_t>(digits.size(), 5), '0') + digits;
}

}  // namespace

Result<Checkpoint> Checkpoint::Open(const FileSystem& files, std::string directory,
                                    std::string prefix) {
  const std::string name = prefix + ".index";
  ASSIGN_OR_RETURN(const auto file, OpenAsset(files, directory, name));
  ASSIGN_OR_RETURN(const std::string index, ReadWholeFile(*file, name, kMaxCheckpointIndexBytes));
  return FromIndex(index, std::move(directory), std::move(prefix));
}

Result<Checkpoint> Checkpoint::FromIndex(std::string_view index, std::string directory,
                                         std::string prefix) {
  Checkpoint checkpoint(std::move(directory), std::move(prefix));
  RETURN_IF_ERROR(
      WalkTable(index, kMaxVariableNameBytes, [&](std::string_view key, std::string_view value) {
        return checkpoint.AddEntry(key, value);
      }));
  // In a table that is whole they come in order.
  if (!std::ranges::is_sorted(checkpoint.variables_, {}, &CheckpointVariable::name)) {
    return Error{Code::kDataLoss, "the checkpoint's index is damaged: its names have no order"};
  }
  return checkpoint;
}

Status Checkpoint::AddEntry(std::string_view name, std::string_view value) {
  ProtoReader fields(std::as_bytes(std::span(value)));
  ProtoField field;
  if (name.empty()) {
    while (fields.Next(field)) {
      if (field.Is(kHeaderShards, WireType::kVarint)) shards_ = static_cast<uint32_t>(field.scalar);
      if (field.Is(kHeaderEndianness, WireType::kVarint) && field.scalar != 0) {
        return Error{Code::kUnimplemented, "the checkpoint's numbers are big-endian"};
      }
    }
    return {};
  }
  if (name.front() == kPartMark) return {};
  if (variables_.size() == kMaxCheckpointVariables) {
    return Error{
        Code::kResourceExhausted,
        "the checkpoint has more than " + std::to_string(kMaxCheckpointVariables) + " variables"};
  }
  CheckpointVariable variable = {.name = std::string(name), .shape = {}};
  while (fields.Next(field)) {
    if (field.Is(kEntryType, WireType::kVarint)) {
      variable.dtype = static_cast<DataType>(field.scalar);
    } else if (field.Is(kEntryShape, WireType::kBytes)) {
      auto shape = ParseTensorShape(field.bytes);
      if (!shape) return Error{Code::kDataLoss, "the checkpoint's index is damaged: a shape"};
      variable.shape = *std::move(shape);
    } else if (field.Is(kEntryShard, WireType::kVarint)) {
      variable.shard = static_cast<uint32_t>(field.scalar);
    } else if (field.Is(kEntryOffset, WireType::kVarint)) {
      variable.offset = field.scalar;
    } else if (field.Is(kEntrySize, WireType::kVarint)) {
      variable.size_bytes = field.scalar;
    } else if (field.Is(kEntryCrc, WireType::kFixed32)) {
      variable.masked_crc = static_cast<uint32_t>(field.scalar);
    } else if (field.number == kEntrySlices) {
      variable.is_partitioned = true;
    }
  }
  if (!fields.ok()) return Error{Code::kDataLoss, "the checkpoint's index is damaged: a value"};
  variables_.push_back(std::move(variable));
  return {};
}

const CheckpointVariable* Checkpoint::Find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(
      variables_, name, {}, [](const auto& variable) { return std::string_view(variable.name); });
  return found == variables_.end() || found->name != name ? nullptr : &*found;
}

Result<std::string> Checkpoint::ReadFloats(const FileSystem& files,
                                           const CheckpointVariable& variable,
                                           uint64_t max_rows) const {
  const uint64_t number_bytes = BytesOf(variable.dtype);
  if (number_bytes == 0) {
    return Error{Code::kInvalidArgument, "the variable \"" + variable.name + "\" holds no numbers"};
  }
  if (variable.is_partitioned) {
    return Error{Code::kInvalidArgument,
                 "the variable \"" + variable.name + "\" is stored in parts, which are not read"};
  }
  const auto count = Product(variable.shape);
  if (!count || variable.size_bytes % number_bytes != 0 ||
      variable.size_bytes / number_bytes != *count) {
    return Error{Code::kDataLoss, "the variable's size and shape do not fit"};
  }
  uint64_t wanted = *count;  // Numbers.
  if (max_rows > 0 && !variable.shape.empty() &&
      max_rows < static_cast<uint64_t>(variable.shape[0])) {
    wanted = *count / static_cast<uint64_t>(variable.shape[0]) * max_rows;
  }
  // All of it is read for its checksum.
  if (wanted * sizeof(float) > kMaxTensorBytes || variable.size_bytes > kMaxTensorTextBytes) {
    return Error{Code::kResourceExhausted, "the variable has more than " +
                                               std::to_string(kMaxTensorBytes) +
                                               " bytes; num_rows asks for its first rows only"};
  }
  const std::string name =
      prefix_ + ".data-" + FiveDigits(variable.shard) + "-of-" + FiveDigits(shards_);
  ASSIGN_OR_RETURN(const auto file, OpenAsset(files, directory_, name));
  std::string floats;
  std::string chunk;
  uint32_t crc = 0;
  for (uint64_t done = 0; done < variable.size_bytes; done += chunk.size()) {
    chunk.resize(std::min(kChunkBytes, variable.size_bytes - done));
    const auto bytes = std::as_writable_bytes(std::span(chunk));
    ASSIGN_OR_RETURN(const size_t read, file->ReadAt(variable.offset + done, bytes));
    if (read != chunk.size()) return Error{Code::kDataLoss, '"' + name + "\" is too short"};
    crc = Crc32c(bytes, crc);
    const uint64_t left = wanted - floats.size() / sizeof(float);
    const uint64_t taken = std::min<uint64_t>(chunk.size(), left * number_bytes);
    RETURN_IF_ERROR(AppendFloats(variable.dtype, std::string_view(chunk).substr(0, taken), floats));
  }
  if (MaskCrc(crc) != variable.masked_crc) {
    return Error{Code::kDataLoss, '"' + name + "\" fails its checksum"};
  }
  return floats;
}

}  // namespace stepscope
