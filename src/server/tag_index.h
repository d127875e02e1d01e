// The distinct tags of every plugin over all runs. A snapshot knows them per run only; collecting
// them anew for each request would take a tenth of a second for 10,000 runs of 100 tags.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/snapshot.h"

namespace stepscope {

struct TagEntry {
  std::string tag;
  uint64_t runs = 0;
  uint64_t points = 0;
  std::string display_name;  // Of the first run, by name, that has one; it may equal the tag.
  std::string description;   // Markdown, of the first run that has one.

  // TagIndex's own: which runs the two texts are from.
  std::string display_name_run;
  std::string description_run;
};

struct PluginTags {
  uint64_t series = 0;
  std::vector<const TagEntry*> tags;  // In natural order.
};

// Not thread-safe.
class TagIndex {
 public:
  // Brings the index to that snapshot, unless it is at a later one already; looks only at runs that
  // changed since the last.
  void Update(std::shared_ptr<const Snapshot> snapshot);

  const Snapshot& snapshot() const { return *snapshot_; }
  // The tags of that plugin_name; nothing when no series has it.
  const PluginTags* Find(std::string_view plugin_name) const;

 private:
  struct Plugin {
    std::unordered_map<std::string_view, std::unique_ptr<TagEntry>> by_tag;  // Keys lie in entries.
    PluginTags tags;
    bool is_stale = false;  // A tag came or went since `tags.tags` was made.
  };

  void Rebuild();
  void Remove(const RunSnapshot& run);
  void Add(const RunSnapshot& run);
  Plugin& PluginOf(const Series& series);
  void SortStaleTags();

  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::map<std::string, Plugin, std::less<>> plugins_;
  // Texts whose run was just removed, and whose new version may have them again.
  struct LostText {
    const TagEntry* entry;
    const std::string* run;  // The entry's display_name_run or description_run.
  };
  std::vector<LostText> lost_texts_;
};

}  // namespace stepscope
