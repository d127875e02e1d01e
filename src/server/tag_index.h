// The distinct tags of every plugin over all runs. A snapshot knows them per run only; collecting
// them anew for each request would take a tenth of a second for 10,000 runs of 100 tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/name_table.h"
#include "store/snapshot.h"

namespace stepscope {

// A tag of one plugin_name over all runs.
struct TagRow {
  const SeriesInfo* info = nullptr;  // Of some run that has or had it; never null.
  uint64_t runs = 0;
  uint64_t points = 0;
  const SeriesInfo* named = nullptr;      // The first run's, by name, with a display name.
  const SeriesInfo* described = nullptr;  // The same for a description. Null: no run has one.

  std::string_view tag() const { return info->tag; }
  std::string_view display_name() const {  // It may equal the tag.
    return named == nullptr ? std::string_view() : std::string_view(named->display_name);
  }
  std::string_view description() const {  // Markdown.
    return described == nullptr ? std::string_view() : std::string_view(described->description);
  }
};

// Tags as they stand in lists: those without a '/' first, and each kind in natural order, so that
// all tags of a group (what stands before the first '/') stand together.
bool TagLess(std::string_view a, std::string_view b);

// What stands before the first '/' of the tags of a list; "" for those without one. Rows of a group
// stand together.
struct TagGroups {
  std::vector<std::string_view> prefixes;  // In the order of the list; they lie in the infos.
  std::vector<uint32_t> of_row;            // Indices into `prefixes`.

  void Add(std::string_view tag);
};

// The tags of a plugin_name as they were at one time, in the order of TagLess. Immutable.
struct TagList {
  using Texts = std::vector<std::shared_ptr<const SeriesInfo>>;

  std::vector<TagRow> rows;
  std::shared_ptr<const NameTable> names;           // Of the rows; never null.
  std::shared_ptr<const TagGroups> groups;          // The same.
  std::vector<std::shared_ptr<const Texts>> texts;  // What the rows point to.
};
using TagListPtr = std::shared_ptr<const TagList>;

TagListPtr NoTags();

// The tags of a dashboard that reads several plugin_names: those of all lists, each once.
TagListPtr MergeTags(const std::vector<TagListPtr>& lists);

// Not thread-safe.
class TagIndex {
 public:
  // Brings the index to that snapshot, unless it is at a later one already; looks only at runs that
  // changed since the last.
  void Update(std::shared_ptr<const Snapshot> snapshot);
  // How many series an Update to that snapshot would look at.
  uint64_t CountChanges(const Snapshot& snapshot) const;

  const Snapshot& snapshot() const { return *snapshot_; }
  // Another one when a tag came or went, or is called something else.
  uint64_t revision() const { return revision_; }
  uint64_t CountSeries(std::string_view plugin_name) const;
  // Never null. It is a picture that no later Update changes, to be looked through in another
  // thread.
  TagListPtr List(std::string_view plugin_name);
  std::map<std::string, TagListPtr, std::less<>> AllLists();
  uint64_t CountTags() const;
  uint64_t bytes() const;  // An estimate.

 private:
  struct Entry {
    std::shared_ptr<const SeriesInfo> info;
    std::shared_ptr<const SeriesInfo> named;
    std::shared_ptr<const SeriesInfo> described;
    uint64_t runs = 0;
    uint64_t points = 0;
    // Which runs the two texts are from.
    std::string display_name_run;
    std::string description_run;
    size_t place = SIZE_MAX;  // In Plugin::rows, once it is settled.

    TagRow ToRow() const;
  };
  struct Plugin {
    std::unordered_map<std::string_view, std::unique_ptr<Entry>> by_tag;  // Keys lie in entries.
    uint64_t series = 0;
    std::vector<Entry*> ordered;
    std::vector<Entry*> added;  // Not in `ordered` yet.
    std::vector<TagRow> rows;   // Of `ordered`: a list is a copy of one piece of memory.
    bool has_removed = false;   // Entries that no run has any more.
    bool has_new_texts = false;
    // Made when they are asked for; null when something changed since.
    std::shared_ptr<const NameTable> names;
    std::shared_ptr<const TagGroups> groups;
    std::shared_ptr<const TagList::Texts> texts;
    TagListPtr list;
  };

  void Change(const RunSnapshot& before, const RunSnapshot& now);
  void Remove(const RunSnapshot& run, const Series& series);
  void Add(const RunSnapshot& run, const Series& series);
  void Rebuild();
  void Settle(Plugin& plugin);
  Plugin& PluginOf(const Series& series);
  Entry& EntryOf(Plugin& plugin, const Series& series);
  static void Note(Plugin& plugin, const Entry& entry);
  static TagListPtr ListOf(Plugin& plugin);

  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  uint64_t revision_ = 0;
  std::map<std::string, Plugin, std::less<>> plugins_;
  // Texts whose run was just removed, and whose new version may have them again.
  struct LostText {
    const Entry* entry;
    const std::string* run;  // The entry's display_name_run or description_run.
  };
  std::vector<LostText> lost_texts_;
};

}  // namespace stepscope
