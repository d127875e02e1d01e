#include "server/live.h"

#include <nlohmann/json.hpp>

#include "http/response.h"
#include "server/facts.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

// With more names a message would be larger than the catalog page that it saves.
constexpr size_t kMaxNames = 1000;

struct RunChanges {
  Json changed = Json::array();
  Json added = Json::array();
  Json removed = Json::array();
  bool are_too_many = false;
};

RunChanges Compare(const Snapshot& before, const Snapshot& now) {
  RunChanges changes;
  size_t names = 0;
  auto old_run = before.runs.begin();
  auto new_run = now.runs.begin();
  while (old_run != before.runs.end() || new_run != now.runs.end()) {  // Both sorted by name.
    if (old_run == before.runs.end()) {
      changes.added.push_back((*new_run++)->name);
    } else if (new_run == now.runs.end()) {
      changes.removed.push_back((*old_run++)->name);
    } else if (*old_run == *new_run) {
      ++old_run;
      ++new_run;
      continue;
    } else if (const int order = (*old_run)->name.compare((*new_run)->name); order < 0) {
      changes.removed.push_back((*old_run++)->name);
    } else if (order > 0) {
      changes.added.push_back((*new_run++)->name);
    } else {
      changes.changed.push_back((*new_run)->name);
      ++old_run;
      ++new_run;
    }
    if (++names > kMaxNames) {
      changes = RunChanges();
      changes.are_too_many = true;
      return changes;
    }
  }
  return changes;
}

}  // namespace

std::shared_ptr<const std::string> LiveMessages::Between(
    const std::shared_ptr<const Snapshot>& before, const std::shared_ptr<const Snapshot>& now,
    uint64_t tags_revision) {
  const bool is_same =
      before == last_before_ && now == last_now_ && tags_revision == last_tags_revision_;
  if (last_text_ && is_same) return last_text_;
  RunChanges changes;
  if (before) changes = Compare(*before, *now);
  const Json message = {{"generation", now->generation},
                        {"logdir_state", LogdirStateName(now->logdir_state)},
                        {"progress", ProgressJson(now->progress)},
                        {"runs_changed", std::move(changes.changed)},
                        {"runs_added", std::move(changes.added)},
                        {"runs_removed", std::move(changes.removed)},
                        {"all", before == nullptr || changes.are_too_many},
                        {"tags", tags_revision},
                        {"points", CountPoints(*now)},
                        {"problems", CountProblems(stats_)}};
  auto text = std::make_shared<std::string>();
  AppendJson(message, *text);
  last_before_ = before;
  last_now_ = now;
  last_tags_revision_ = tags_revision;
  last_text_ = std::move(text);
  return last_text_;
}

}  // namespace stepscope
