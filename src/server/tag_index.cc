#include "server/tag_index.h"

#include <algorithm>
#include <utility>

#include "server/natural_order.h"

namespace stepscope {
namespace {

// Takes the `text` in `info` when it is of an earlier run than what the entry has.
void OfferText(const std::string& text, const std::shared_ptr<const SeriesInfo>& info,
               const std::string& run, std::shared_ptr<const SeriesInfo>& kept,
               std::string& kept_run) {
  if (text.empty() || (!kept_run.empty() && kept_run <= run)) return;
  kept = info;
  kept_run = run;
}

}  // namespace

uint64_t TagIndex::CountSeries(std::string_view plugin_name) const {
  const auto found = plugins_.find(plugin_name);
  return found == plugins_.end() ? 0 : found->second.series;
}

TagRows TagIndex::Rows(std::string_view plugin_name) {
  static const TagRows none = std::make_shared<const std::vector<TagRow>>();
  const auto found = plugins_.find(plugin_name);
  if (found == plugins_.end()) return none;
  Plugin& plugin = found->second;
  if (plugin.rows == nullptr) {
    auto rows = std::make_shared<std::vector<TagRow>>();
    rows->reserve(plugin.ordered.size());
    for (const Entry* const entry : plugin.ordered) rows->push_back(entry->row);
    plugin.rows = std::move(rows);
  }
  return plugin.rows;
}

void TagIndex::Update(std::shared_ptr<const Snapshot> snapshot) {
  if (snapshot->generation <= snapshot_->generation) return;
  const std::shared_ptr<const Snapshot> before = std::exchange(snapshot_, std::move(snapshot));
  bool has_lost_text = false;
  // Both lists are sorted by name.
  auto old_run = before->runs.begin();
  auto new_run = snapshot_->runs.begin();
  while (old_run != before->runs.end() || new_run != snapshot_->runs.end()) {
    const int order = old_run == before->runs.end()      ? 1
                      : new_run == snapshot_->runs.end() ? -1
                      : *old_run == *new_run             ? 0
                                             : (*old_run)->name.compare((*new_run)->name);
    const RunSnapshot* const old_one = order <= 0 ? (old_run++)->get() : nullptr;
    const RunSnapshot* const new_one = order >= 0 ? (new_run++)->get() : nullptr;
    if (old_one == new_one) continue;
    if (old_one != nullptr) Remove(*old_one);
    if (new_one != nullptr) Add(*new_one);
    // Asked for each run, before another one fills the gap with a text that need not be the first.
    has_lost_text |= std::ranges::any_of(lost_texts_, [](const LostText& lost) {
      return lost.entry->row.runs > 0 && lost.run->empty();
    });
    lost_texts_.clear();
  }
  // Which run has the next text only a full pass can tell.
  if (has_lost_text) Rebuild();
  for (auto& [name, plugin] : plugins_) {
    if (plugin.is_stale) {
      std::erase_if(plugin.by_tag, [](const auto& item) { return item.second->row.runs == 0; });
    }
  }
  SortStaleTags();
}

void TagIndex::Rebuild() {
  plugins_.clear();
  for (const auto& run : snapshot_->runs) Add(*run);
}

TagIndex::Plugin& TagIndex::ChangePluginOf(const Series& series) {
  const auto found = plugins_.find(series.info->plugin_name);
  Plugin& plugin = found != plugins_.end() ? found->second : plugins_[series.info->plugin_name];
  plugin.rows = nullptr;
  return plugin;
}

void TagIndex::Remove(const RunSnapshot& run) {
  for (const Series& series : run.series) {
    if (series.info->is_hidden) continue;
    Plugin& plugin = ChangePluginOf(series);
    const auto found = plugin.by_tag.find(series.info->tag);
    if (found == plugin.by_tag.end()) continue;
    Entry& entry = *found->second;
    --plugin.series;
    --entry.row.runs;
    entry.row.points -= series.size();
    if (entry.row.runs == 0) plugin.is_stale = true;
    if (entry.display_name_run == run.name) {
      entry.row.named = nullptr;
      entry.display_name_run.clear();
      lost_texts_.push_back({&entry, &entry.display_name_run});
    }
    if (entry.description_run == run.name) {
      entry.row.described = nullptr;
      entry.description_run.clear();
      lost_texts_.push_back({&entry, &entry.description_run});
    }
  }
}

void TagIndex::Add(const RunSnapshot& run) {
  for (const Series& series : run.series) {
    const SeriesInfo& info = *series.info;
    if (info.is_hidden) continue;
    Plugin& plugin = ChangePluginOf(series);
    auto found = plugin.by_tag.find(info.tag);
    if (found == plugin.by_tag.end()) {
      auto entry = std::make_unique<Entry>();
      entry->row.info = series.info;
      found = plugin.by_tag.emplace(info.tag, std::move(entry)).first;
      plugin.is_stale = true;
    }
    Entry& entry = *found->second;
    ++plugin.series;
    ++entry.row.runs;
    entry.row.points += series.size();
    OfferText(info.display_name, series.info, run.name, entry.row.named, entry.display_name_run);
    OfferText(info.description, series.info, run.name, entry.row.described, entry.description_run);
  }
}

void TagIndex::SortStaleTags() {
  for (auto& [name, plugin] : plugins_) {
    if (!plugin.is_stale) continue;
    plugin.is_stale = false;
    plugin.ordered.clear();
    for (const auto& [tag, entry] : plugin.by_tag) plugin.ordered.push_back(entry.get());
    std::ranges::sort(plugin.ordered, [](const Entry* a, const Entry* b) {
      return NaturalLess(a->row.tag(), b->row.tag());
    });
  }
}

}  // namespace stepscope
