// The path of a scalar from bytes to ParseValue, one stage more at a time. The bytes lie in memory,
// so that the kernel's share is left out.
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "wire/event_view.h"
#include "wire/proto_writer.h"
#include "wire/record_reader.h"
#include "wire/record_writer.h"
#include "wire/scalar_template.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

constexpr int64_t kTags = 50;

enum class Shape : uint8_t { kSimpleValue, kTensor };

// A file of records as torch's SummaryWriter.add_scalar writes them, with kTags in turn; kTensor
// is what TensorFlow 2 writes.
std::string ScalarFile(Shape shape, int64_t records) {
  std::string file;
  for (int64_t i = 0; i < records; ++i) {
    std::string value;
    ProtoWriter value_writer(value);
    // Of several lengths, as tags are.
    constexpr std::string_view kGroups[] = {"train", "val", "optimizer", "lr"};
    value_writer.Bytes(
        1, std::string(kGroups[i % kTags % 4]) + "/metric_" + std::to_string(i % kTags));
    if (shape == Shape::kSimpleValue) {
      value_writer.Float(2, 0.5f + static_cast<float>(i));
    } else {
      value_writer.Bytes(8, std::string_view("\x08\x01\x12\x00\x22\x04\x00\x00\x80\x3f", 10));
      value_writer.Bytes(9, std::string_view("\x0a\x0b\x0a\x07scalars\x12\x00\x20\x01", 15));
    }
    std::string summary;
    ProtoWriter(summary).Bytes(1, value);
    std::string event;
    ProtoWriter event_writer(event);
    event_writer.Double(1, 1.7e9 + static_cast<double>(i) * 0.01);
    event_writer.Int64(2, i / kTags);
    event_writer.Bytes(5, summary);
    AppendRecord(event, file);
  }
  return file;
}

class MemoryStream final : public SequentialFile {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}
  Result<size_t> Read(std::span<std::byte> buffer) override {
    const size_t count = std::min(buffer.size(), bytes_.size());
    std::memcpy(buffer.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
};

// What is left of a record after a stage: something to add up, so that nothing is optimised away.
double Frame(const Record& record) { return static_cast<double>(record.stored_crc); }
double Check(const Record& record) { return record.IsIntact() ? 1 : 0; }
double Parse(const Record& record) {
  const auto event = ParseEvent(record.data);
  if (!event || event->kind != EventKind::kSummary) return 0;
  double sum = event->wall_time + static_cast<double>(event->step);
  SummaryReader values(event->body);
  Bytes bytes;
  while (values.Next(bytes)) {
    const auto value = ParseValue(bytes);
    if (!value) continue;
    sum += static_cast<double>(value->tag.size());
    if (value->kind == ValueKind::kSimpleValue) sum += value->simple_value;
    if (value->kind == ValueKind::kTensor) {
      if (const auto number = DecodeSingleNumber(value->body)) sum += number->AsDouble();
    }
  }
  return sum;
}
// With templates, whose prediction is always right: learnt from the first records.
class Templates {
 public:
  double Read(const Record& record) {
    if (templates_.size() < kTags) {
      if (!record.IsIntact()) return 0;
      templates_.push_back(*ScalarTemplate::Learn(record.data));
      return 0;
    }
    ScalarTemplate::Reading reading;
    const std::byte* const begin = record.data.data() - kRecordHeaderBytes;
    const size_t available = kRecordHeaderBytes + record.length + kRecordFooterBytes;
    if (!templates_[next_].Read(begin, available, reading)) return 0;
    next_ = next_ + 1 == kTags ? 0 : next_ + 1;
    return reading.wall_time + static_cast<double>(reading.step) +
           static_cast<double>(reading.bits);
  }

 private:
  std::vector<ScalarTemplate> templates_;
  size_t next_ = 0;
};
double CheckAndParse(const Record& record) { return record.IsIntact() ? Parse(record) : 0; }

template <typename Use>
void Records(benchmark::State& state, Shape shape, Use use) {
  constexpr int64_t kRecords = 100'000;
  const std::string file = ScalarFile(shape, kRecords);
  for (auto _ : state) {
    MemoryStream stream(file);
    RecordReader reader(stream, 0);
    double sum = 0;
    int64_t records = 0;
    while (true) {
      Record record;
      if (!reader.NextBuffered(record)) {
        const auto next = reader.Next();
        if (!next || !*next) break;
        record = **next;
      }
      sum += use(record);
      ++records;
    }
    if (records != kRecords) state.SkipWithError("records are missing");
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.size()));
  state.counters["record_bytes"] = static_cast<double>(file.size()) / kRecords;
}
BENCHMARK_CAPTURE(Records, frame, Shape::kSimpleValue, Frame);
BENCHMARK_CAPTURE(Records, frame_crc, Shape::kSimpleValue, Check);
BENCHMARK_CAPTURE(Records, frame_parse, Shape::kSimpleValue, Parse);
BENCHMARK_CAPTURE(Records, frame_crc_parse, Shape::kSimpleValue, CheckAndParse);
void RecordsByTemplate(benchmark::State& state, Shape shape) {
  Templates templates;
  Records(state, shape, [&](const Record& record) { return templates.Read(record); });
}
BENCHMARK_CAPTURE(RecordsByTemplate, frame_crc_template, Shape::kSimpleValue);
BENCHMARK_CAPTURE(RecordsByTemplate, frame_crc_template_tensor, Shape::kTensor);
BENCHMARK_CAPTURE(Records, frame_crc_parse_tensor, Shape::kTensor, CheckAndParse);

}  // namespace
}  // namespace stepscope
