#include "plugins/scalars/export.h"

#include <algorithm>
#include <string>

#include "plugin/point_text.h"
#include "plugin/scalar_series.h"
#include "store/scalar_points.h"

namespace stepscope {
namespace {

// About 200 MB of text; answers are built in memory.
constexpr int64_t kMaxExportPoints = 4'000'000;

constexpr size_t kMaxNameBytes = 100;  // Of a proposed file name.

// Names come from files, and go into a header and into somebody's download folder.
std::string FileName(std::string_view run, std::string_view tag, std::string_view extension) {
  std::string name = std::string(run) + "_" + std::string(tag);
  for (char& c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!is_plain) c = '_';
  }
  return name.substr(0, kMaxNameBytes) + "." + std::string(extension);
}

Result<bool> QueryFlag(const Request& request, std::string_view name, std::string_view off,
                       std::string_view on) {
  const std::string_view value = request.Query(name).value_or(off);
  if (value == off) return false;
  if (value == on) return true;
  return Error{Code::kInvalidArgument,
               std::string(name) + " must be " + std::string(off) + " or " + std::string(on)};
}

}  // namespace

Result<Response> ExportSeries(const Request& request, const Context& context) {
  const auto run = request.Query("run");
  const auto tag = request.Query("tag");
  if (!run || !tag) return Error{Code::kInvalidArgument, "run and tag must be given"};
  ASSIGN_OR_RETURN(const bool is_json, QueryFlag(request, "format", "csv", "json"));
  ASSIGN_OR_RETURN(const bool all_attempts, QueryFlag(request, "attempts", "latest", "all"));
  ASSIGN_OR_RETURN(const int64_t offset, request.QueryInt("offset", 0, 0, INT64_MAX));
  ASSIGN_OR_RETURN(const int64_t limit, request.QueryInt("limit", INT64_MAX, 0, INT64_MAX));

  const FoundSeries found = FindScalarSeries(context.snapshot, *run, *tag);
  if (found.series == nullptr) return Error{Code::kNotFound, "no such series"};
  const ScalarPoints points(*found.run, *found.series,
                            all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded,
                            request.stop);
  const auto first = std::min(static_cast<uint64_t>(offset), points.visible_count());
  const auto count = std::min(static_cast<uint64_t>(limit), points.visible_count() - first);
  if (count > kMaxExportPoints) {
    return Error{Code::kResourceExhausted,
                 "the series has " + std::to_string(points.visible_count()) +
                     " points; ask for at most " + std::to_string(kMaxExportPoints) +
                     " at a time, with offset and limit"};
  }

  constexpr std::chrono::nanoseconds kOnePoint{200};  // Nearly all of it for its text.
  RETURN_IF_ERROR(request.Announce(count * kOnePoint, first + count));

  Response response;
  response.content_type = is_json ? "application/json" : "text/csv; charset=utf-8";
  response.headers.emplace_back(
      "Content-Disposition",
      "attachment; filename=\"" + FileName(*run, *tag, is_json ? "json" : "csv") + "\"");
  response.body = is_json ? "[" : "wall_time,step,value\r\n";
  PointReader reader(points);
  uint64_t ordinal = 0;
  for (PointCursor cursor(points); ordinal < first + count && cursor.Next();) {
    if (request.job != nullptr) request.job->Add(cursor.indices().size());
    for (const uint64_t index : cursor.indices()) {
      if (ordinal >= first && ordinal < first + count) {
        if (is_json && ordinal > first) response.body += ", ";
        const ExactPoint point = reader.Read(index);
        is_json ? AppendJsonPoint(point, response.body) : AppendCsvRow(point, response.body);
      }
      ++ordinal;
    }
  }
  RETURN_IF_ERROR(request.CheckWanted());
  if (is_json) response.body += "]";
  return response;
}

}  // namespace stepscope
