#include "server/facts.h"

#include <unistd.h>

#include <cstdio>

namespace stepscope {

std::string_view LogdirStateName(LogdirState state) {
  switch (state) {
    case LogdirState::kOk:
      return "ok";
    case LogdirState::kMissing:
      return "missing";
    case LogdirState::kNotADirectory:
      return "not_a_directory";
    case LogdirState::kUnreadable:
      return "unreadable";
  }
  return "unreadable";
}

nlohmann::ordered_json ProgressJson(const LoadProgress& progress) {
  return {{"complete", progress.is_complete},    {"bytes_read", progress.bytes_read},
          {"bytes_total", progress.bytes_total}, {"runs_loaded", progress.runs_loaded},
          {"runs_total", progress.runs_total},   {"points", progress.points},
          {"seconds", progress.seconds}};
}

uint64_t CountPoints(const Snapshot& snapshot) {
  uint64_t points = 0;
  for (const auto& run : snapshot.runs) points += run->point_count;
  return points;
}

uint64_t CountProblems(const Stats& stats) {
  uint64_t problems = 0;
  for (const auto& [stat, summary] : stats.Get()) {
    if (Describe(stat).severity != Severity::kInfo) problems += summary.count;
  }
  return problems;
}

uint64_t ResidentBytes() {
  uint64_t total_pages = 0;
  uint64_t resident_pages = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu %lu", &total_pages, &resident_pages) != 2) resident_pages = 0;
    std::fclose(file);
  }
  return resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace stepscope
