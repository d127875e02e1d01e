#include "server/tag_index.h"

#include <algorithm>
#include <utility>

#include "server/natural_order.h"

namespace stepscope {
namespace {

// Takes the text in `info` when it is of an earlier run than what the entry has. Returns whether it
// is another text.
bool OfferText(std::string SeriesInfo::* text, const std::shared_ptr<const SeriesInfo>& info,
               const std::string& run, std::shared_ptr<const SeriesInfo>& kept,
               std::string& kept_run) {
  const std::string& offered = (*info).*text;
  if (offered.empty() || (!kept_run.empty() && kept_run <= run)) return false;
  kept_run = run;
  if (kept != nullptr && (*kept).*text == offered) return false;
  kept = info;
  return true;
}

// Calls `use(before, now)` for each run that differs, with null for one that is not there.
template <typename Use>
void ForEachChange(const Snapshot& before, const Snapshot& now, Use use) {
  // Both lists are sorted by name.
  auto old_run = before.runs.begin();
  auto new_run = now.runs.begin();
  while (old_run != before.runs.end() || new_run != now.runs.end()) {
    const int order = old_run == before.runs.end() ? 1
                      : new_run == now.runs.end()  ? -1
                      : *old_run == *new_run       ? 0
                                                   : (*old_run)->name.compare((*new_run)->name);
    const RunSnapshot* const old_one = order <= 0 ? (old_run++)->get() : nullptr;
    const RunSnapshot* const new_one = order >= 0 ? (new_run++)->get() : nullptr;
    if (old_one != new_one) use(old_one, new_one);
  }
}

}  // namespace

bool TagLess(std::string_view a, std::string_view b) {
  const bool a_has_group = a.find('/') != std::string_view::npos;
  const bool b_has_group = b.find('/') != std::string_view::npos;
  return a_has_group != b_has_group ? b_has_group : NaturalLess(a, b);
}

void TagGroups::Add(std::string_view tag) {
  const size_t slash = tag.find('/');
  const std::string_view prefix = slash == std::string_view::npos ? "" : tag.substr(0, slash);
  if (prefixes.empty() || prefixes.back() != prefix) prefixes.push_back(prefix);
  of_row.push_back(static_cast<uint32_t>(prefixes.size() - 1));
}

TagListPtr MergeTags(const std::vector<TagListPtr>& lists) {
  if (lists.size() == 1) return lists[0];
  const auto merged = std::make_shared<TagList>();
  std::vector<TagRow>& rows = merged->rows;
  for (const TagListPtr& list : lists) {
    rows.insert(rows.end(), list->rows.begin(), list->rows.end());
    merged->texts.insert(merged->texts.end(), list->texts.begin(), list->texts.end());
  }
  std::ranges::stable_sort(
      rows, [](const TagRow& a, const TagRow& b) { return TagLess(a.tag(), b.tag()); });
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (kept == 0 || rows[kept - 1].tag() != rows[i].tag()) {
      rows[kept++] = rows[i];
      continue;
    }
    TagRow& row = rows[kept - 1];
    row.runs += rows[i].runs;
    row.points += rows[i].points;
    if (row.named == nullptr) row.named = rows[i].named;
    if (row.described == nullptr) row.described = rows[i].described;
  }
  rows.resize(kept);
  auto names = std::make_shared<NameTable>();
  auto groups = std::make_shared<TagGroups>();
  for (const TagRow& row : rows) {
    names->Add(row.tag());
    groups->Add(row.tag());
  }
  merged->names = std::move(names);
  merged->groups = std::move(groups);
  return merged;
}

uint64_t TagIndex::CountSeries(std::string_view plugin_name) const {
  const auto found = plugins_.find(plugin_name);
  return found == plugins_.end() ? 0 : found->second.series;
}

uint64_t TagIndex::CountTags() const {
  uint64_t tags = 0;
  for (const auto& [name, plugin] : plugins_) tags += plugin.by_tag.size();
  return tags;
}

uint64_t TagIndex::bytes() const {
  // An entry, its node in the map and its row; the texts are the snapshot's own.
  constexpr uint64_t kTagBytes = sizeof(Entry) + 64 + 2 * sizeof(TagRow) + 4 * sizeof(void*);
  uint64_t bytes = 0;
  for (const auto& [name, plugin] : plugins_) {
    bytes += plugin.by_tag.size() * kTagBytes;
    if (plugin.names != nullptr) bytes += plugin.names->bytes();
  }
  return bytes;
}

TagRow TagIndex::Entry::ToRow() const {
  return {info.get(), runs, points, named.get(), described.get()};
}

// The entry has changed.
void TagIndex::Note(Plugin& plugin, const Entry& entry) {
  if (entry.place < plugin.rows.size()) plugin.rows[entry.place] = entry.ToRow();
}

TagListPtr TagIndex::ListOf(Plugin& plugin) {
  if (plugin.list != nullptr) return plugin.list;
  if (plugin.names == nullptr) {
    auto names = std::make_shared<NameTable>();
    auto groups = std::make_shared<TagGroups>();
    for (const Entry* const entry : plugin.ordered) {
      names->Add(entry->info->tag);
      groups->Add(entry->info->tag);
    }
    plugin.names = std::move(names);
    plugin.groups = std::move(groups);
  }
  if (plugin.texts == nullptr) {
    auto texts = std::make_shared<TagList::Texts>();
    for (const Entry* const entry : plugin.ordered) {
      for (const auto* const info : {&entry->info, &entry->named, &entry->described}) {
        if (*info != nullptr && (texts->empty() || texts->back() != *info)) texts->push_back(*info);
      }
    }
    plugin.texts = std::move(texts);
  }
  auto list = std::make_shared<TagList>();
  list->names = plugin.names;
  list->texts = {plugin.texts};
  list->groups = plugin.groups;
  list->rows = plugin.rows;
  return plugin.list = std::move(list);
}

TagListPtr NoTags() {
  static const TagListPtr none = std::make_shared<const TagList>(
      TagList{{}, std::make_shared<const NameTable>(), std::make_shared<const TagGroups>(), {}});
  return none;
}

TagListPtr TagIndex::List(std::string_view plugin_name) {
  const auto found = plugins_.find(plugin_name);
  return found == plugins_.end() ? NoTags() : ListOf(found->second);
}

std::map<std::string, TagListPtr, std::less<>> TagIndex::AllLists() {
  std::map<std::string, TagListPtr, std::less<>> lists;
  for (auto& [name, plugin] : plugins_) lists.emplace(name, ListOf(plugin));
  return lists;
}

uint64_t TagIndex::CountChanges(const Snapshot& snapshot) const {
  uint64_t series = 0;
  ForEachChange(*snapshot_, snapshot, [&](const RunSnapshot* before, const RunSnapshot* now) {
    series += std::max(before == nullptr ? 0 : before->series.size(),
                       now == nullptr ? 0 : now->series.size());
  });
  return series;
}

void TagIndex::Update(std::shared_ptr<const Snapshot> snapshot) {
  if (snapshot->generation <= snapshot_->generation) return;
  const std::shared_ptr<const Snapshot> before = std::exchange(snapshot_, std::move(snapshot));
  bool has_lost_text = false;
  ForEachChange(*before, *snapshot_, [&](const RunSnapshot* old_run, const RunSnapshot* new_run) {
    static const RunSnapshot none;
    Change(old_run == nullptr ? none : *old_run, new_run == nullptr ? none : *new_run);
    // Asked for each run, before another one fills the gap with a text that need not be the first.
    has_lost_text |= std::ranges::any_of(lost_texts_, [](const LostText& lost) {
      return lost.entry->runs > 0 && lost.run->empty();
    });
    lost_texts_.clear();
  });
  // Which run has the next text only a full pass can tell.
  if (has_lost_text) Rebuild();
  for (auto& [name, plugin] : plugins_) Settle(plugin);
}

// The usual change of a run is that series with the same infos hold more points.
void TagIndex::Change(const RunSnapshot& before, const RunSnapshot& now) {
  // Both lists are sorted by tag.
  auto old_series = before.series.begin();
  auto new_series = now.series.begin();
  while (old_series != before.series.end() || new_series != now.series.end()) {
    const int order = old_series == before.series.end() ? 1
                      : new_series == now.series.end()
                          ? -1
                          : old_series->info->tag.compare(new_series->info->tag);
    const Series* const old_one = order <= 0 ? &*old_series++ : nullptr;
    const Series* const new_one = order >= 0 ? &*new_series++ : nullptr;
    if (order == 0 && old_one->info == new_one->info) {
      if (old_one->size() == new_one->size() || new_one->info->is_hidden) continue;
      Plugin& plugin = PluginOf(*new_one);
      Entry& entry = EntryOf(plugin, *new_one);
      entry.points += new_one->size() - old_one->size();
      Note(plugin, entry);
      continue;
    }
    if (old_one != nullptr) Remove(before, *old_one);
    if (new_one != nullptr) Add(now, *new_one);
  }
}

void TagIndex::Rebuild() {
  plugins_.clear();
  for (const auto& run : snapshot_->runs) {
    for (const Series& series : run->series) Add(*run, series);
  }
}

TagIndex::Plugin& TagIndex::PluginOf(const Series& series) {
  const auto found = plugins_.find(series.info->plugin_name);
  Plugin& plugin = found != plugins_.end() ? found->second : plugins_[series.info->plugin_name];
  plugin.list = nullptr;
  return plugin;
}

TagIndex::Entry& TagIndex::EntryOf(Plugin& plugin, const Series& series) {
  auto found = plugin.by_tag.find(series.info->tag);
  if (found == plugin.by_tag.end()) {
    auto entry = std::make_unique<Entry>();
    entry->info = series.info;
    plugin.added.push_back(entry.get());
    found = plugin.by_tag.emplace(series.info->tag, std::move(entry)).first;
  }
  return *found->second;
}

void TagIndex::Remove(const RunSnapshot& run, const Series& series) {
  if (series.info->is_hidden) return;
  Plugin& plugin = PluginOf(series);
  const auto found = plugin.by_tag.find(series.info->tag);
  if (found == plugin.by_tag.end()) return;
  Entry& entry = *found->second;
  --plugin.series;
  --entry.runs;
  entry.points -= series.size();
  if (entry.runs == 0) plugin.has_removed = true;
  if (entry.display_name_run == run.name) {
    entry.named = nullptr;
    entry.display_name_run.clear();
    plugin.has_new_texts = true;
    lost_texts_.push_back({&entry, &entry.display_name_run});
  }
  if (entry.description_run == run.name) {
    entry.described = nullptr;
    entry.description_run.clear();
    plugin.has_new_texts = true;
    lost_texts_.push_back({&entry, &entry.description_run});
  }
  Note(plugin, entry);
}

void TagIndex::Add(const RunSnapshot& run, const Series& series) {
  const SeriesInfo& info = *series.info;
  if (info.is_hidden) return;
  Plugin& plugin = PluginOf(series);
  Entry& entry = EntryOf(plugin, series);
  ++plugin.series;
  ++entry.runs;
  entry.points += series.size();
  const bool is_named = OfferText(&SeriesInfo::display_name, series.info, run.name, entry.named,
                                  entry.display_name_run);
  const bool is_described = OfferText(&SeriesInfo::description, series.info, run.name,
                                      entry.described, entry.description_run);
  plugin.has_new_texts |= is_named || is_described;
  Note(plugin, entry);
}

// Puts new tags in their places and drops those that no run has any more.
void TagIndex::Settle(Plugin& plugin) {
  const auto is_gone = [](const Entry* entry) { return entry->runs == 0; };
  // A run that was read anew has given up tags and got them back.
  const bool has_gone =
      std::exchange(plugin.has_removed, false) &&
      (std::ranges::any_of(plugin.ordered, is_gone) || std::ranges::any_of(plugin.added, is_gone));
  const bool has_new_tags = has_gone || !plugin.added.empty();
  if (std::exchange(plugin.has_new_texts, false) || has_new_tags) {
    ++revision_;
    plugin.texts = nullptr;
  }
  if (!has_new_tags) return;
  plugin.names = nullptr;
  if (has_gone) {
    std::erase_if(plugin.ordered, is_gone);
    std::erase_if(plugin.added, is_gone);
    std::erase_if(plugin.by_tag, [](const auto& item) { return item.second->runs == 0; });
  }
  const auto less = [](const Entry* a, const Entry* b) {
    return TagLess(a->info->tag, b->info->tag);
  };
  std::ranges::sort(plugin.added, less);
  const auto middle = static_cast<ptrdiff_t>(plugin.ordered.size());
  plugin.ordered.insert(plugin.ordered.end(), plugin.added.begin(), plugin.added.end());
  std::ranges::inplace_merge(plugin.ordered, plugin.ordered.begin() + middle, less);
  plugin.added.clear();
  plugin.rows.clear();
  for (Entry* const entry : plugin.ordered) {
    entry->place = plugin.rows.size();
    plugin.rows.push_back(entry->ToRow());
  }
}

}  // namespace stepscope
