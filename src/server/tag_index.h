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

// A tag of one plugin_name over all runs.
struct TagRow {
  std::shared_ptr<const SeriesInfo> info;  // Of some run that has or had it; never null.
  uint64_t runs = 0;
  uint64_t points = 0;
  std::shared_ptr<const SeriesInfo> named;      // The first run's, by name, with a display name.
  std::shared_ptr<const SeriesInfo> described;  // The same for a description. Null: no run has one.

  std::string_view tag() const { return info->tag; }
  std::string_view display_name() const {  // It may equal the tag.
    return named == nullptr ? std::string_view() : named->display_name;
  }
  std::string_view description() const {  // Markdown.
    return described == nullptr ? std::string_view() : described->description;
  }
};

using TagRows = std::shared_ptr<const std::vector<TagRow>>;

// Not thread-safe.
class TagIndex {
 public:
  // Brings the index to that snapshot, unless it is at a later one already; looks only at runs that
  // changed since the last.
  void Update(std::shared_ptr<const Snapshot> snapshot);

  const Snapshot& snapshot() const { return *snapshot_; }
  uint64_t CountSeries(std::string_view plugin_name) const;
  // The tags of that plugin_name in natural order; never null. It is a picture that no later Update
  // changes, to be looked through in another thread.
  TagRows Rows(std::string_view plugin_name);

 private:
  struct Entry {
    TagRow row;
    // Which runs the two texts are from.
    std::string display_name_run;
    std::string description_run;
  };
  struct Plugin {
    std::unordered_map<std::string_view, std::unique_ptr<Entry>> by_tag;  // Keys lie in entries.
    uint64_t series = 0;
    std::vector<const Entry*> ordered;
    bool is_stale = false;  // A tag came or went since `ordered` was made.
    TagRows rows;           // Null when something changed since they were made.
  };

  void Rebuild();
  void Remove(const RunSnapshot& run);
  void Add(const RunSnapshot& run);
  Plugin& ChangePluginOf(const Series& series);
  void SortStaleTags();

  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::map<std::string, Plugin, std::less<>> plugins_;
  // Texts whose run was just removed, and whose new version may have them again.
  struct LostText {
    const Entry* entry;
    const std::string* run;  // The entry's display_name_run or description_run.
  };
  std::vector<LostText> lost_texts_;
};

}  // namespace stepscope
