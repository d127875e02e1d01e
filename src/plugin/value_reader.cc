#include "plugin/value_reader.h"

#include <algorithm>
#include <utility>

#include "analysis/thin.h"

namespace stepscope {

std::vector<ValuePoint> SampleValues(const Series& series, uint64_t limit) {
  std::vector<ValuePoint> points = FindCompatValues(series);
  const std::vector<uint64_t> kept = ThinEvenly(points.size(), limit);
  for (size_t i = 0; i < kept.size(); ++i) points[i] = points[kept[i]];
  points.resize(kept.size());
  return points;
}

Result<const RandomAccessFile*> ValueReader::Open(const RunSnapshot& run, uint32_t file) {
  if (file_ == nullptr || run_ != &run || file_index_ != file) {
    const std::string_view path = run.files[file].path;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    ASSIGN_OR_RETURN(file_, files_.Open(JoinPath(run.directory, name)));
    run_ = &run;
    file_index_ = file;
  }
  return file_.get();
}

Result<std::optional<StoredValue>> ValueReader::Read(const FoundSeries& found,
                                                     const ValuePoint& point) {
  const uint32_t index = found.series->strands[point.strand].file;
  const std::string& path = found.run->files[index].path;
  if (bytes_read_ > 0 && bytes_read_ + point.ref.record_length > kMaxRequestBytes) {
    return Error{Code::kResourceExhausted,
                 path + ": the values asked for take more than " +
                     std::to_string(kMaxRequestBytes) +
                     " bytes of records; ask for fewer with --samples_per_plugin"};
  }
  bytes_read_ += point.ref.record_length;
  ASSIGN_OR_RETURN(const RandomAccessFile* const file, Open(*found.run, index));
  ASSIGN_OR_RETURN(std::string bytes, ReadValueBytes(*file, path, point.ref));
  Result<StoredValue> value = StoredValue::Lift(*found.series->info, std::move(bytes));
  if (!value) return std::optional<StoredValue>();
  return std::optional<StoredValue>(*std::move(value));
}

Result<std::string> ValueReader::ReadBlob(const FoundSeries& found, const ValuePoint& point,
                                          uint32_t index) {
  ASSIGN_OR_RETURN(const std::optional<StoredValue> value, Read(found, point));
  if (value) {
    const auto blobs = value->Blobs();
    if (blobs && index < blobs->size()) return std::string((*blobs)[index]);
  }
  return Error{Code::kInvalidArgument,
               "step " + std::to_string(point.step) + " has no index " + std::to_string(index)};
}

}  // namespace stepscope
