// Facts about a snapshot that several answers have: /api/environment, /api/stats, the live socket.
#pragma once

#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/stats.h"
#include "store/snapshot.h"

namespace stepscope {

std::string_view LogdirStateName(LogdirState state);  // "ok", "missing", ...
nlohmann::ordered_json ProgressJson(const LoadProgress& progress);
uint64_t CountPoints(const Snapshot& snapshot);
uint64_t CountProblems(const Stats& stats);  // What was lost or repaired.
uint64_t ResidentBytes();                    // Of this process; 0 where nobody can tell.

}  // namespace stepscope
