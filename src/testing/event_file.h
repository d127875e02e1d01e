// Builds the bytes of an event file, event by event, as writers write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stepscope {

// One message Summary.Value, serialized, and its parts.
std::string SimpleValue(std::string_view tag, float value, std::string_view metadata = {});
std::string TensorValue(std::string_view tag, std::string_view tensor,
                        std::string_view metadata = {});
std::string EmptyValue(std::string_view tag, std::string_view metadata = {});
// A value of one of the old kinds: 4 image, 5 histogram, 6 audio.
std::string OldValue(std::string_view tag, uint32_t field, std::string_view message,
                     std::string_view metadata = {});
// The messages that go into them.
std::string HistogramMessage(double min, double max, const std::vector<double>& limits,
                             const std::vector<double>& counts);
std::string ImageMessage(int32_t width, int32_t height, std::string_view picture);
std::string AudioMessage(std::string_view sound);
std::string Metadata(std::string_view plugin_name, std::string_view content = {},
                     std::string_view display_name = {}, std::string_view description = {},
                     int data_class = 0);
std::string DoubleTensor(double value);                     // Rank 0.
std::string FloatTensor(const std::vector<float>& values);  // Rank 1, one value and more.
std::string StringTensor(std::string_view text);            // Rank 0.
// Of any shape; `content` is tensor_content, which strings never have.
std::string ContentTensor(int dtype, const std::vector<int64_t>& shape, std::string_view content);
std::string StringsTensor(const std::vector<int64_t>& shape,
                          const std::vector<std::string>& strings);

class EventFile {
 public:
  // Each appends one record and returns *this. Wall times go on by a second a record from
  // kStartSeconds unless At() has set the next one.
  static constexpr double kStartSeconds = 1'700'000'000;

  explicit EventFile(double first_wall_time = kStartSeconds) : wall_time_(first_wall_time) {}

  EventFile& At(double wall_time);
  EventFile& Version(std::string_view text = "brain.Event:2");
  EventFile& Start(int64_t step);
  EventFile& Scalar(std::string_view tag, int64_t step, float value);
  // Scalars at steps first..last, with the step as the value.
  EventFile& Scalars(std::string_view tag, int64_t first, int64_t last);
  EventFile& Values(int64_t step, const std::vector<std::string>& values);  // One event.
  // Field `number` of Event's oneof with these bytes.
  EventFile& Event(int64_t step, uint32_t number, std::string_view bytes);
  EventFile& Record(std::string_view data);

  const std::string& bytes() const { return bytes_; }
  size_t record_count() const { return offsets_.size(); }
  uint64_t offset(size_t record) const { return offsets_[record]; }
  // The file with one byte of record `record` changed, `at` bytes from its start.
  std::string BytesWithFlip(size_t record, size_t at) const;
  // With a byte of the record's data, or of its length, changed.
  std::string BytesWithBadData(size_t record) const { return BytesWithFlip(record, 13); }
  std::string BytesWithBadLength(size_t record) const { return BytesWithFlip(record, 1); }

 private:
  double NextWallTime();

  double wall_time_;
  std::string bytes_;
  std::vector<uint64_t> offsets_;
};

}  // namespace stepscope
