#include "testing/event_file.h"

#include <cstring>

#include "wire/proto_writer.h"
#include "wire/record_writer.h"

namespace stepscope {
namespace {

template <typename T>
std::string RawBytes(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string BeginTensor(int dtype, const std::vector<int64_t>& shape) {
  std::string dimensions;
  for (const int64_t size : shape) {
    std::string dimension;
    ProtoWriter(dimension).Int64(1, size);
    ProtoWriter(dimensions).Bytes(2, dimension);
  }
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, static_cast<uint64_t>(dtype));
  writer.Bytes(2, dimensions);
  return tensor;
}

std::string FinishValue(std::string value, std::string_view metadata) {
  if (!metadata.empty()) ProtoWriter(value).Bytes(9, metadata);
  return value;
}

}  // namespace

std::string EmptyValue(std::string_view tag, std::string_view metadata) {
  std::string value;
  ProtoWriter(value).Bytes(1, tag);
  return FinishValue(std::move(value), metadata);
}

std::string SimpleValue(std::string_view tag, float number, std::string_view metadata) {
  std::string value = EmptyValue(tag);
  ProtoWriter(value).Float(2, number);
  return FinishValue(std::move(value), metadata);
}

std::string TensorValue(std::string_view tag, std::string_view tensor, std::string_view metadata) {
  return OldValue(tag, 8, tensor, metadata);
}

std::string OldValue(std::string_view tag, uint32_t field, std::string_view message,
                     std::string_view metadata) {
  std::string value = EmptyValue(tag);
  ProtoWriter(value).Bytes(field, message);
  return FinishValue(std::move(value), metadata);
}

std::string HistogramMessage(double min, double max, const std::vector<double>& limits,
                             const std::vector<double>& counts) {
  std::string message;
  ProtoWriter writer(message);
  writer.Double(1, min);
  writer.Double(2, max);
  writer.Bytes(6, RawBytes(limits));
  writer.Bytes(7, RawBytes(counts));
  return message;
}

std::string ImageMessage(int32_t width, int32_t height, std::string_view picture) {
  std::string message;
  ProtoWriter writer(message);
  writer.Int64(1, height);
  writer.Int64(2, width);
  writer.Bytes(4, picture);
  return message;
}

std::string AudioMessage(std::string_view sound) {
  std::string message;
  ProtoWriter(message).Bytes(4, sound);
  return message;
}

std::string Metadata(std::string_view plugin_name, std::string_view content,
                     std::string_view display_name, std::string_view description, int data_class) {
  std::string plugin_data;
  ProtoWriter plugin_writer(plugin_data);
  if (!plugin_name.empty()) plugin_writer.Bytes(1, plugin_name);
  if (!content.empty()) plugin_writer.Bytes(2, content);
  std::string metadata;
  ProtoWriter writer(metadata);
  writer.Bytes(1, plugin_data);
  if (!display_name.empty()) writer.Bytes(2, display_name);
  if (!description.empty()) writer.Bytes(3, description);
  if (data_class != 0) writer.Varint(4, static_cast<uint64_t>(data_class));
  return metadata;
}

std::string DoubleTensor(double value) {
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, 2);
  writer.Bytes(4, RawBytes<double>({value}));
  return tensor;
}

std::string FloatTensor(const std::vector<float>& values) {
  std::string dimension;
  ProtoWriter(dimension).Varint(1, values.size());
  std::string shape;
  ProtoWriter(shape).Bytes(2, dimension);
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, 1);
  writer.Bytes(2, shape);
  writer.Bytes(4, RawBytes(values));
  return tensor;
}

std::string StringTensor(std::string_view text) {
  std::string tensor;
  ProtoWriter writer(tensor);
  writer.Varint(1, 7);
  writer.Bytes(8, text);
  return tensor;
}

std::string ContentTensor(int dtype, const std::vector<int64_t>& shape, std::string_view content) {
  std::string tensor = BeginTensor(dtype, shape);
  if (!content.empty()) ProtoWriter(tensor).Bytes(4, content);
  return tensor;
}

std::string StringsTensor(const std::vector<int64_t>& shape,
                          const std::vector<std::string>& strings) {
  constexpr int kString = 7;
  std::string tensor = BeginTensor(kString, shape);
  for (const std::string& text : strings) ProtoWriter(tensor).Bytes(8, text);
  return tensor;
}

EventFile& EventFile::At(double wall_time) {
  wall_time_ = wall_time;
  return *this;
}

EventFile& EventFile::Version(std::string_view text) { return Event(0, 3, text); }

EventFile& EventFile::Start(int64_t step) {
  return Event(step, 7, std::string_view("\x08\x01", 2));
}

EventFile& EventFile::Scalar(std::string_view tag, int64_t step, float value) {
  return Values(step, {SimpleValue(tag, value)});
}

EventFile& EventFile::Scalars(std::string_view tag, int64_t first, int64_t last) {
  for (int64_t step = first; step <= last; ++step) Scalar(tag, step, static_cast<float>(step));
  return *this;
}

EventFile& EventFile::Values(int64_t step, const std::vector<std::string>& values) {
  std::string summary;
  for (const std::string& value : values) ProtoWriter(summary).Bytes(1, value);
  return Event(step, 5, summary);
}

EventFile& EventFile::Event(int64_t step, uint32_t number, std::string_view bytes) {
  std::string event;
  ProtoWriter writer(event);
  writer.Double(1, NextWallTime());
  if (step != 0) writer.Int64(2, step);
  writer.Bytes(number, bytes);
  return Record(event);
}

EventFile& EventFile::Record(std::string_view data) {
  offsets_.push_back(bytes_.size());
  AppendRecord(data, bytes_);
  return *this;
}

std::string EventFile::BytesWithFlip(size_t record, size_t at) const {
  std::string bytes = bytes_;
  char& byte = bytes[offsets_[record] + at];
  byte = static_cast<char>(byte ^ 0x10);
  return bytes;
}

double EventFile::NextWallTime() {
  const double wall_time = wall_time_;
  wall_time_ += 1;
  return wall_time;
}

}  // namespace stepscope
