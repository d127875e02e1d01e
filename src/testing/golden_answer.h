// Answers as golden tests print them: short lines that people and vitest read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/stats.h"
#include "http/response.h"

namespace stepscope {

// Tables: one JSON line for each column and fact that `shown` names, in the order of the answer;
// with several tables each begins with {"run": ..., "tag": ...}. Other JSON: a line for each
// member. Anything else as it is, "\r" left out. An error begins with its status.
std::string PrintAnswer(const Response& response, const std::vector<std::string>& shown);

// A line for each statistic: name, severity, count and files.
std::string PrintStats(const Stats& stats);

// application/vnd.stepscope.columns as the JSON form of the same answer. Null for bytes that are
// none.
nlohmann::ordered_json DecodeColumns(std::string_view bytes);

}  // namespace stepscope
