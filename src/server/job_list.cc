#include "server/job_list.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "http/response.h"

namespace stepscope {

bool IsJobName(std::string_view name) {
  constexpr size_t kMaxBytes = 32;
  return !name.empty() && name.size() <= kMaxBytes && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool JobList::IsWatched() const {
  return std::ranges::any_of(items_, [](const Item& item) { return !item.name.empty(); });
}

std::string JobList::Message() const {
  nlohmann::ordered_json jobs = nlohmann::ordered_json::array();
  for (const Item& item : items_) {
    if (item.name.empty()) continue;
    const double done = std::floor(item.job->fraction() * 1000) / 1000;
    jobs.push_back({{"job", item.name}, {"done", done}});
  }
  std::string text;
  AppendJson({{"jobs", std::move(jobs)}}, text);
  return text;
}

void JobList::StopAll() {
  for (const Item& item : items_) item.client.Stop();
}

}  // namespace stepscope
