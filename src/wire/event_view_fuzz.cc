// The scanner on any bytes: nothing is read past the end, views stay within the message, and the
// ways to the same answer (whole and in pieces, one number and all of them) agree.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/event_view.h"
#include "wire/histogram_view.h"
#include "wire/sparse_event.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

constexpr uint64_t kMaxElements = 10'000;

class BytesFile final : public RandomAccessFile {
 public:
  explicit BytesFile(Bytes bytes) : bytes_(bytes) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> buffer) const override {
    if (offset >= bytes_.size()) return size_t{0};
    const Bytes rest = bytes_.subspan(offset);
    const size_t count = std::min(buffer.size(), rest.size());
    std::memcpy(buffer.data(), rest.data(), count);
    return count;
  }
  Result<FileStat> GetStat() const override { return FileStat{.size_bytes = bytes_.size()}; }

 private:
  Bytes bytes_;
};

// Equal also where both are the same NaN.
bool SameBits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }
bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

void CheckWithin(Bytes part, Bytes whole) {
  CHECK(part.empty() ||
        (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size()));
}

void CheckMetadata(Bytes message) {
  const auto metadata = ParseMetadata(message);
  if (!metadata) return;
  CheckWithin(metadata->plugin_content, message);
  CheckWithin(std::as_bytes(std::span(metadata->plugin_name)), message);
  CheckWithin(std::as_bytes(std::span(metadata->description)), message);
  CheckWithin(std::as_bytes(std::span(metadata->display_name)), message);
}

void CheckTensor(Bytes message) {
  const auto tensor = TensorView::Parse(message);
  const auto fast = DecodeSingleNumber(message);
  if (!tensor) {
    CHECK(!fast && fast.error().code == Code::kDataLoss);
    return;
  }
  const auto number = tensor->SingleNumber();
  const auto doubles = tensor->Doubles(kMaxElements);
  CHECK(number.has_value() == fast.has_value());
  if (number) {
    CHECK(number->type == fast->type && number->bits == fast->bits);
    CHECK(tensor->ElementCount() == 1u);
    CHECK(doubles && doubles->size() == 1);
    const double value = number->AsDouble();
    CHECK(doubles->front() == value || (std::isnan(value) && std::isnan(doubles->front())));
  } else {
    CHECK(!doubles || doubles->size() != 1);
  }
  if (doubles) CHECK(doubles->size() == tensor->ElementCount());
  if (const auto strings = tensor->Strings(kMaxElements)) {
    CHECK(tensor->dtype() == DataType::kString && strings->size() == tensor->ElementCount());
    for (const std::string_view text : *strings)
      CheckWithin(std::as_bytes(std::span(text)), message);
  }
}

void CheckValue(Bytes message) {
  const auto value = ParseValue(message);
  if (!value) return;
  CheckWithin(value->body, message);
  CheckWithin(std::as_bytes(std::span(value->tag)), message);
  if (value->metadata) CheckMetadata(*value->metadata);
  if (value->kind == ValueKind::kTensor) CheckTensor(value->body);
  if (value->kind == ValueKind::kHistogram) {
    const auto buckets = ParseHistogram(value->body);
    CHECK(!buckets || buckets->size() <= value->body.size() / sizeof(double));
  }
}

// Reading in pieces gives the same values; it may give up where groups come.
void CheckSparseSummary(Bytes summary) {
  const BytesFile file(summary);
  SparseSummaryReader sparse(file, {0, summary.size()});
  SummaryReader values(summary);
  Bytes bytes;
  while (values.Next(bytes)) {
    const auto expected = ParseValue(bytes);
    const auto value = sparse.Next();
    if (!sparse.ok()) return;
    if (!value) continue;
    CHECK(*value && expected);
    CHECK((*value)->kind == expected->kind);
    CHECK((*value)->body.length == expected->body.size());
    CHECK((*value)->whole.length == expected->whole.size());
    if ((*value)->lacks_long_fields) continue;
    CHECK((*value)->tag == expected->tag);
    CHECK((*value)->metadata.has_value() == expected->metadata.has_value());
    CHECK(SameBits((*value)->simple_value, expected->simple_value));
  }
}

void CheckEvent(Bytes message) {
  const auto event = ParseEvent(message);
  const BytesFile file(message);
  const auto sparse = ReadSparseEvent(file, {0, message.size()});
  CHECK(!sparse || event);
  if (!event) return;
  CheckWithin(event->body, message);
  if (sparse) {
    CHECK(sparse->kind == event->kind && sparse->step == event->step);
    CHECK(SameBits(sparse->wall_time, event->wall_time));
    CHECK(sparse->body.length == event->body.size());
  }
  if (event->kind == EventKind::kSummary) {
    SummaryReader values(event->body);
    Bytes value;
    while (values.Next(value)) CheckValue(value);
    CheckSparseSummary(event->body);
  }
  if (event->kind == EventKind::kSessionLog) (void)ParseSessionLog(event->body);
  if (event->kind == EventKind::kTaggedRunMetadata) {
    if (const auto metadata = ParseTaggedRunMetadata(event->body)) {
      CheckWithin(metadata->run_metadata, event->body);
    }
  }
}

}  // namespace
}  // namespace stepscope

// The first byte chooses where to start, so that every level is reached with short inputs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const stepscope::Bytes message = std::as_bytes(std::span(data, size)).subspan(1);
  switch (data[0] % 4) {
    case 0:
      stepscope::CheckEvent(message);
      break;
    case 1:
      stepscope::CheckValue(message);
      break;
    case 2:
      stepscope::CheckTensor(message);
      break;
    default:
      stepscope::CheckMetadata(message);
      break;
  }
  return 0;
}
