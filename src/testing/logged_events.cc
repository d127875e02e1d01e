#include "testing/logged_events.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <span>

#include "base/check.h"
#include "testing/scripted_file.h"
#include "wire/event_view.h"
#include "wire/record_reader.h"
#include "wire/tensor_view.h"

namespace stepscope {
namespace {

void ReadScalar(Bytes message, LoggedEvent& logged) {
  const std::optional<ValueView> value = ParseValue(message);
  CHECK(value.has_value());
  logged.tag = value->tag;
  logged.is_tensor = value->kind == ValueKind::kTensor;
  if (value->metadata) logged.plugin_name = ParseMetadata(*value->metadata).value().plugin_name;
  if (!logged.is_tensor) {
    CHECK(value->kind == ValueKind::kSimpleValue);
    logged.value = value->simple_value;
    return;
  }
  const Result<Number> number = DecodeSingleNumber(value->body);
  CHECK(number.has_value());
  logged.is_float64 = number->type == Number::Type::kFloat64;
  logged.value = number->AsDouble();
}

LoggedEvent ToLoggedEvent(Bytes data) {
  const std::optional<EventView> event = ParseEvent(data);
  CHECK(event.has_value());
  LoggedEvent logged{.wall_time = event->wall_time, .step = event->step};
  if (event->kind == EventKind::kFileVersion) {
    logged.file_version.assign(reinterpret_cast<const char*>(event->body.data()),
                               event->body.size());
  } else if (event->kind == EventKind::kSummary) {
    SummaryReader values(event->body);
    Bytes value;
    while (values.Next(value)) ReadScalar(value, logged);
    CHECK(values.ok());
  }
  return logged;
}

}  // namespace

std::vector<LoggedEvent> ReadLoggedEvents(const std::string& file) {
  ScriptedFile bytes({file});
  RecordReader reader(bytes, 0);
  std::vector<LoggedEvent> events;
  while (true) {
    const Result<std::optional<Record>> record = reader.Next();
    CHECK(record.has_value());
    if (!record->has_value()) return events;
    CHECK((*record)->IsIntact());
    events.push_back(ToLoggedEvent((*record)->data));
  }
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace stepscope
