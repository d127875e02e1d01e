#include "logger/event_file.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <utility>

#include "base/file.h"
#include "wire/proto_writer.h"
#include "wire/record_writer.h"

namespace stepscope {
namespace {

// Field numbers of TensorFlow's event.proto.
constexpr uint32_t kEventWallTime = 1;
constexpr uint32_t kEventStep = 2;
constexpr uint32_t kEventFileVersion = 3;
constexpr uint32_t kEventSummary = 5;
constexpr uint32_t kEventSourceMetadata = 10;
constexpr uint32_t kSourceMetadataWriter = 1;

constexpr std::string_view kFileVersion = "brain.Event:2";
constexpr std::string_view kWriterName = "stepscope.summary_writer";

// Names are taken only when somebody else has our host name and process number (containers that
// share a directory), and a counter as high as ours: more than this many are no accident.
constexpr int kMaxNamesTried = 1000;

std::string HostName() {
  char name[256] = "";
  if (::gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// events.out.tfevents.<secs>.<host>.<pid>.<n><suffix>
std::string MakeName(double wall_time, std::string_view suffix) {
  static std::atomic<uint64_t> next_number{0};
  char secs[24];
  std::snprintf(secs, sizeof(secs), "%010lld", static_cast<long long>(wall_time));
  return "events.out.tfevents." + std::string(secs) + "." + HostName() + "." +
         std::to_string(::getpid()) + "." + std::to_string(next_number++) + std::string(suffix);
}

std::string VersionRecord(double wall_time) {
  std::string source;
  ProtoWriter(source).Bytes(kSourceMetadataWriter, kWriterName);
  std::string event;
  ProtoWriter writer(event);
  writer.Double(kEventWallTime, wall_time);
  writer.Bytes(kEventFileVersion, kFileVersion);
  writer.Bytes(kEventSourceMetadata, source);
  std::string record;
  AppendRecord(event, record);
  return record;
}

}  // namespace

Result<EventFile> EventFile::Create(const AppendFileSystem& files, const Clock& clock,
                                    const std::string& directory, const Name& name) {
  RETURN_IF_ERROR(files.MakeDirectories(directory));
  const double wall_time = clock.WallSeconds();
  for (int tried = 1;; ++tried) {
    std::string path =
        JoinPath(directory, name.exact.empty() ? MakeName(wall_time, name.suffix) : name.exact);
    Result<std::unique_ptr<AppendFile>> file = files.CreateNew(path);
    if (!file) {
      const bool is_taken = file.error().code == Code::kAlreadyExists;
      if (is_taken && name.exact.empty() && tried < kMaxNamesTried) continue;
      return std::move(file).error();
    }
    EventFile events(*std::move(file), std::move(path));
    RETURN_IF_ERROR(events.Append(VersionRecord(wall_time)));
    return events;
  }
}

Status EventFile::Append(std::string_view records) {
  RETURN_IF_ERROR(file_->CheckNotDeleted());
  while (!records.empty()) {
    ASSIGN_OR_RETURN(const size_t count, file_->Append(records));
    if (count == 0) return Error{Code::kUnavailable, "cannot write " + path_ + ": nothing taken"};
    records.remove_prefix(count);
    size_bytes_ += count;
  }
  return {};
}

Status EventFile::Close() {
  const Status exists = file_->CheckNotDeleted();
  const Status closed = file_->Close();
  return exists ? closed : exists;
}

void AppendSummaryEvent(double wall_time, int64_t step, std::string_view summary,
                        std::string& scratch, std::string& out) {
  scratch.clear();
  ProtoWriter writer(scratch);
  writer.Double(kEventWallTime, wall_time);
  if (step != 0) writer.Int64(kEventStep, step);
  writer.Bytes(kEventSummary, summary);
  AppendRecord(scratch, out);
}

}  // namespace stepscope
