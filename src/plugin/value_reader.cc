#include "plugin/value_reader.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "analysis/thin.h"

namespace stepscope {
namespace {

// A file whose values are asked for in the order in which they lie. Those that follow each other
// closely are read together, as a training loop writes them. Belongs to one thread.
class ReadAheadFile final : public RandomAccessFile {
 public:
  explicit ReadAheadFile(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const override {
    const uint64_t end = offset + buffer.size();
    const bool is_near = offset >= last_end_ && offset - last_end_ < kWindowBytes;
    last_end_ = end;
    if (offset < begin_ || end > begin_ + window_.size()) {
      if (!is_near || buffer.size() > kWindowBytes) return file_->ReadAt(offset, buffer);
      window_.resize(kWindowBytes);
      begin_ = offset;
      Result<size_t> count = file_->ReadAt(offset, window_);
      window_.resize(count ? *count : 0);
      if (!count) return count;
    }
    const auto bytes = std::span(window_).subspan(offset - begin_);
    const size_t count = std::min(bytes.size(), buffer.size());
    std::ranges::copy(bytes.first(count), buffer.begin());
    return count;
  }
  Result<FileStat> GetStat() const override { return file_->GetStat(); }

 private:
  // Copying more than that takes longer than asking twice.
  static constexpr size_t kWindowBytes = 64 << 10;

  const std::unique_ptr<RandomAccessFile> file_;
  mutable std::vector<std::byte> window_;
  mutable uint64_t begin_ = 0;              // Of the window.
  mutable uint64_t last_end_ = UINT64_MAX;  // Of what was asked for last.
};

}  // namespace

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
    ASSIGN_OR_RETURN(auto opened, files_.Open(JoinPath(run.directory, name)));
    file_ = std::make_unique<ReadAheadFile>(std::move(opened));
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
