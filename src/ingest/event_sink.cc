#include "ingest/event_sink.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "ingest/compat.h"
#include "store/info_pool.h"
#include "store/stored_value.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

// Of the tag in an occurrence's detail: enough to recognise it.
constexpr size_t kMaxDetailBytes = 200;

std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ValueType ToValueType(Number::Type type) {
  switch (type) {
    case Number::Type::kFloat32:
      return ValueType::kFloat32;
    case Number::Type::kFloat64:
      return ValueType::kFloat64;
    case Number::Type::kInt64:
      return ValueType::kInt64;
    case Number::Type::kUint64:
      return ValueType::kUint64;
    case Number::Type::kBool:
      return ValueType::kBool;
  }
  return ValueType::kFloat64;
}

}  // namespace

void EventSink::BeginFile(FileStage& file, const RandomAccessFile& bytes) {
  file_ = &file;
  bytes_ = &bytes;
  has_counted_limit_ = false;
  stage_.BeginFile(file);
  predictor_ = &ScalarPredictor::OfThisThread();
  predictor_->BeginFile(check_);
}

void EventSink::EndFile() {
  predictor_->EndFile();
  predictor_ = nullptr;
}

void EventSink::Add(const Record& record) {
  if (record.is_streamed) [[unlikely]] {
    AddStreamed(record);
    return;
  }
  if (predicts_ && AddPredictedNew(record)) return;
  appended_ = nullptr;
  AddBuffered(record);
  if (appended_ == nullptr || !predicts_) return;
  if (const auto appender = stage_.AppenderFor(*appended_, appended_type_)) {
    const bool has_usual_info = check_ == nullptr || !check_(appended_->info());
    predictor_->Learn(*appended_, *appender, record.data, has_usual_info);
  }
}

bool EventSink::AddPredictedNew(const Record& record) {
  const ScalarPredictor::Entry* const entry = predictor_->NextNew();
  if (entry == nullptr) return false;
  ScalarTemplate::Reading reading;
  const std::byte* const begin = record.data.data() - kRecordHeaderBytes;
  const size_t available = kRecordHeaderBytes + record.data.size() + kRecordFooterBytes;
  if (!entry->shape.Read(begin, available, reading)) return false;
  SeriesStage* series = stage_.Find(entry->info->tag);
  const bool is_new = series == nullptr ||
                      (series->info().kind == SeriesKind::kScalar && !stage_.HasStrand(*series));
  if (!is_new) return false;

  AddEvent(reading.wall_time, record.offset);
  stage_.BeginSummary(reading.step);
  series = AddStrand(entry->info, record.offset);
  if (series == nullptr) return true;
  const ValueType type = ToValueType(entry->shape.type());
  stage_.AppendScalar(*series, reading.step, reading.wall_time, type, reading.bits);
  if (const auto appender = stage_.AppenderFor(*series, type)) {
    predictor_->ConfirmNew(*series, *appender);
  } else {
    predictor_->Miss();
  }
  return true;
}

size_t EventSink::AddPredicted(std::span<const std::byte> bytes, uint32_t& last_crc) {
  const std::byte* at = bytes.data();
  const std::byte* const end = at + bytes.size();
  ScalarPredictor::Walk walk(*predictor_);
  ScalarTemplate::Reading reading;
  uint64_t count = 0;
  double first_wall_time = std::numeric_limits<double>::infinity();
  double last_wall_time = -first_wall_time;
  while (const ScalarPredictor::Entry* const entry = walk.Next()) {
    if (!entry->shape.Read(at, static_cast<size_t>(end - at), reading)) break;
    entry->appender.Append(reading.step, reading.wall_time, reading.bits);
    ++count;
    first_wall_time = std::min(first_wall_time, reading.wall_time);
    last_wall_time = std::max(last_wall_time, reading.wall_time);
    walk.Confirm(*entry);
    at += reading.record_bytes;
  }
  if (count == 0) return 0;
  predictor_->Resume(walk);
  std::memcpy(&last_crc, at - kRecordFooterBytes, sizeof(last_crc));
  stage_.AddTotals({.point_count = count,
                    .last_step = reading.step,
                    .first_wall_time = first_wall_time,
                    .last_wall_time = last_wall_time});
  return static_cast<size_t>(at - bytes.data());
}

void EventSink::AddBuffered(const Record& record) {
  const std::optional<EventView> event = ParseEvent(record.data);
  if (!event) [[unlikely]] {
    Count(Stat::kNotAnEvent, record.offset);
    return;
  }
  AddEvent(event->wall_time, record.offset);
  const std::byte* const data = record.data.data();
  Place place{.wall_time = event->wall_time,
              .step = event->step,
              .record_offset = record.offset,
              .record_length = static_cast<uint32_t>(record.length)};
  if (event->kind == EventKind::kSummary) [[likely]] {
    AddSummary(event->body, data, place);
    return;
  }

  place.value_offset = static_cast<uint32_t>(event->body.data() - data);
  place.value_length = static_cast<uint32_t>(event->body.size());
  switch (event->kind) {
    case EventKind::kFileVersion:
      stage_.AddFileVersion(ParseFileVersion(AsText(event->body)));
      break;
    case EventKind::kSessionLog:
      AddSessionLog(event->body, place);
      break;
    case EventKind::kGraphDef:
      stage_.BeginSummary(place.step);  // Upstream makes a summary of it, which counts as one.
      AddBlob(DescribeRunGraph(), place);
      break;
    case EventKind::kMetaGraphDef:
      AddBlob(DescribeMetaGraph(), place);
      break;
    case EventKind::kTaggedRunMetadata:
      if (const auto metadata = ParseTaggedRunMetadata(event->body)) {
        const Bytes body = metadata->run_metadata;
        place.value_offset = body.empty() ? 0 : static_cast<uint32_t>(body.data() - data);
        place.value_length = static_cast<uint32_t>(body.size());
        stage_.BeginSummary(place.step);
        AddBlob(DescribeTaggedRunMetadata(metadata->tag), place);
      } else {
        Count(Stat::kValueUnreadable, record.offset);
      }
      break;
    case EventKind::kSummary:
    case EventKind::kLogMessage:  // Deprecated, and shown by nobody.
    case EventKind::kNone:
      break;
  }
}

void EventSink::AddEvent(double wall_time, uint64_t offset) {
  if (!std::isfinite(wall_time)) [[unlikely]]
    Count(Stat::kNonFiniteWallTime, offset);
  stage_.AddEvent(wall_time);
}

void EventSink::AddSessionLog(Bytes session_log, const Place& place) {
  const auto status = ParseSessionLog(session_log);
  if (!status) {
    Count(Stat::kValueUnreadable, place.record_offset);
  } else if (*status == SessionStatus::kStart && !stage_.AddSessionStart(place.step)) {
    Count(Stat::kLimitReached, place.record_offset, "more restarts than a file can have");
  }
}

void EventSink::AddSummary(Bytes summary, const std::byte* data, Place place) {
  stage_.BeginSummary(place.step);
  SummaryReader values(summary);
  Bytes whole;
  while (values.Next(whole)) {
    const std::optional<ValueView> value = ParseValue(whole);
    if (!value) [[unlikely]] {
      Count(Stat::kValueUnreadable, place.record_offset);
      continue;
    }
    place.value_offset = static_cast<uint32_t>(whole.data() - data);
    place.value_length = static_cast<uint32_t>(whole.size());
    AddValue(*value, place, /*has_body=*/true);
  }
  if (!values.ok()) [[unlikely]]
    Count(Stat::kValueUnreadable, place.record_offset);
}

void EventSink::AddStreamed(const Record& record) {
  const uint64_t data_offset = record.offset + kRecordHeaderBytes;
  const auto event = ReadSparseEvent(*bytes_, {data_offset, record.length});
  if (!event) {
    Count(Stat::kNotAnEvent, record.offset);
    return;
  }
  AddEvent(event->wall_time, record.offset);
  Place place{.wall_time = event->wall_time,
              .step = event->step,
              .record_offset = record.offset,
              .record_length = static_cast<uint32_t>(record.length),
              .value_offset = static_cast<uint32_t>(event->body.offset - data_offset),
              .value_length = static_cast<uint32_t>(event->body.length)};
  switch (event->kind) {
    case EventKind::kSummary:
      AddSparseSummary(event->body, data_offset, place);
      break;
    case EventKind::kGraphDef:
      stage_.BeginSummary(place.step);  // Upstream makes a summary of it, which counts as one.
      AddBlob(DescribeRunGraph(), place);
      break;
    case EventKind::kMetaGraphDef:
      AddBlob(DescribeMetaGraph(), place);
      break;
    case EventKind::kTaggedRunMetadata:
      // Its tag may lie anywhere behind the bytes; nobody has logged one of this length.
      Count(Stat::kValueUnreadable, record.offset);
      break;
    case EventKind::kFileVersion:
    case EventKind::kSessionLog:
    case EventKind::kLogMessage:
    case EventKind::kNone:
      break;
  }
}

void EventSink::AddSparseSummary(FileRange summary, uint64_t data_offset, Place place) {
  stage_.BeginSummary(place.step);
  SparseSummaryReader values(*bytes_, summary);
  FileWindow window(*bytes_);
  while (values.ok()) {
    const auto next = values.Next();
    if (!next || (*next && (*next)->lacks_long_fields)) {
      Count(Stat::kValueUnreadable, place.record_offset);
      continue;
    }
    if (!*next) break;
    const SparseValue& sparse = **next;
    ValueView value;
    value.tag = sparse.tag;
    value.kind = sparse.kind;
    value.simple_value = sparse.simple_value;
    if (sparse.metadata) value.metadata = std::as_bytes(std::span(*sparse.metadata));
    const bool has_body = sparse.body.length <= FileWindow::kBytes;
    if (has_body && sparse.body.length > 0) {
      const auto body = window.Read(sparse.body);
      if (body) value.body = *body;
    }
    place.value_offset = static_cast<uint32_t>(sparse.whole.offset - data_offset);
    place.value_length = static_cast<uint32_t>(sparse.whole.length);
    place.body = sparse.body;
    AddValue(value, place, has_body);
  }
}

void EventSink::AddValue(const ValueView& value, const Place& place, bool has_body) {
  SeriesStage* series = stage_.Find(value.tag);
  if (series == nullptr || !stage_.HasStrand(*series)) [[unlikely]] {
    series = AddSeries(value, place.record_offset);
    if (series == nullptr) return;
  }
  if (series->info().kind == SeriesKind::kScalar) [[likely]] {
    AddScalar(*series, value, place, has_body);
    return;
  }
  const bool has_payload =
      value.kind != ValueKind::kNone && value.kind != ValueKind::kObsoleteHistogram;
  if (!has_payload && !value.metadata) return;  // Nothing was logged, so nothing is lost.
  if (!Fits(series->info(), value.kind)) {
    Count(Stat::kValueKindMismatch, place.record_offset, value.tag);
    return;
  }
  const bool is_blob = series->info().kind == SeriesKind::kBlob;
  Append(*series, place, is_blob ? CountBlobsOf(value, place, has_body) : 0);
}

uint32_t EventSink::CountBlobsOf(const ValueView& value, const Place& place, bool has_body) const {
  constexpr uint32_t kSizesAndPicture = 3;  // As an image becomes (store/stored_value.h).
  if (value.kind == ValueKind::kImage) return kSizesAndPicture;
  if (value.kind != ValueKind::kTensor) return value.kind == ValueKind::kAudio ? 1 : 0;
  if (has_body) {
    const auto tensor = TensorView::Parse(value.body);
    return tensor ? CountBlobs(tensor->shape()) : 0;
  }
  // The shape comes before what makes the tensor so long.
  constexpr uint32_t kShapeField = 2;
  FileWindow window(*bytes_);
  SparseFields fields(window, place.body);
  for (auto field = fields.Next(); field && *field; field = fields.Next()) {
    if ((*field)->number != kShapeField || (*field)->type != WireType::kBytes) continue;
    if ((*field)->range.length > FileWindow::kBytes) return 0;
    const auto message = window.Read((*field)->range);
    const auto shape = message ? ParseTensorShape(*message) : std::nullopt;
    return shape ? CountBlobs(*shape) : 0;
  }
  return 1;  // Without a shape a tensor is of rank 0.
}

SeriesStage* EventSink::AddSeries(const ValueView& value, uint64_t offset) {
  MetadataView metadata;
  if (value.metadata) {
    const auto parsed = ParseMetadata(*value.metadata);
    if (!parsed) {
      Count(Stat::kValueUnreadable, offset, value.tag);
      return nullptr;
    }
    metadata = *parsed;
  }
  std::optional<SeriesInfo> info = DescribeFirstValue(value, metadata);
  if (!info) return nullptr;
  if (const auto problem = check_ == nullptr ? std::nullopt : check_(*info)) {
    Count(*problem, offset, value.tag);
    info->is_hidden = *problem == Stat::kPluginContentTooNew;
  }
  return AddStrand(SharedInfo(*std::move(info)), offset);
}

SeriesStage* EventSink::AddStrand(std::shared_ptr<const SeriesInfo> info, uint64_t offset) {
  SeriesStage* const series = stage_.AddStrand(std::move(info));
  if (series == nullptr && !has_counted_limit_) {
    has_counted_limit_ = true;
    Count(Stat::kLimitReached, offset, "more tags than a run can have");
  }
  return series;
}

void EventSink::AddScalar(SeriesStage& series, const ValueView& value, const Place& place,
                          bool has_body) {
  switch (value.kind) {
    case ValueKind::kSimpleValue:
      AppendNumber(series, place, ValueType::kFloat32, std::bit_cast<uint32_t>(value.simple_value));
      return;
    case ValueKind::kTensor: {
      if (!has_body) {
        Count(Stat::kScalarNotSingle, place.record_offset, value.tag);
        return;
      }
      const Result<Number> number = DecodeSingleNumber(value.body);
      if (number) {
        AppendNumber(series, place, ToValueType(number->type), number->bits);
        return;
      }
      const bool is_tensor =
          number.error().code == Code::kOutOfRange || number.error().code == Code::kInvalidArgument;
      Count(is_tensor ? Stat::kScalarNotSingle : Stat::kValueUnreadable, place.record_offset,
            value.tag);
      return;
    }
    case ValueKind::kNone:
    case ValueKind::kObsoleteHistogram:
      Count(Stat::kScalarWithoutValue, place.record_offset, value.tag);
      return;
    case ValueKind::kImage:
    case ValueKind::kHistogram:
    case ValueKind::kAudio:
      Count(Stat::kValueKindMismatch, place.record_offset, value.tag);
      return;
  }
}

void EventSink::AddBlob(const SeriesInfo& info, const Place& place) {
  SeriesStage* series = stage_.Find(info.tag);
  if (series == nullptr || !stage_.HasStrand(*series)) {
    series = AddStrand(SharedInfo(info), place.record_offset);
    if (series == nullptr) return;
  }
  if (series->info().kind != SeriesKind::kBlob || series->info().plugin_name != info.plugin_name) {
    Count(Stat::kValueKindMismatch, place.record_offset, info.tag);
    return;
  }
  Append(*series, place, 1);
}

void EventSink::Append(SeriesStage& series, const Place& place, uint32_t blobs) {
  stage_.AppendBlob(series, place.step, place.wall_time,
                    {.record_offset = place.record_offset,
                     .record_length = place.record_length,
                     .value_offset = place.value_offset,
                     .value_length = place.value_length,
                     .blobs = blobs});
}

void EventSink::AppendNumber(SeriesStage& series, const Place& place, ValueType type,
                             uint64_t bits) {
  stage_.AppendScalar(series, place.step, place.wall_time, type, bits);
  appended_ = &series;
  appended_type_ = type;
}

void EventSink::Count(Stat stat, uint64_t offset, std::string_view tag) {
  stats_.Add(stat, {file_->info().path, offset, ToValidUtf8(tag.substr(0, kMaxDetailBytes))});
}

}  // namespace stepscope
