// The body of POST /api/scalars/series (docs/api.md): what a page asks for all its visible lines.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugins/scalars/line_view.h"

namespace stepscope {

// What the client has of a line, from its last answer.
struct KnownLine {
  std::string revision;
  uint64_t count = 0;
  bool operator==(const KnownLine&) const = default;
};

struct SeriesKey {
  std::string run;
  std::string tag;
  std::optional<KnownLine> known;
};

struct SeriesQuery {
  // A page asks for the cards on the screen, a handful of tags times the runs that are selected.
  static constexpr size_t kMaxSeries = 4096;

  std::vector<SeriesKey> series;
  LineView view;
};

// INVALID_ARGUMENT with a sentence that names the field. Fields that it does not know are ignored.
Result<SeriesQuery> ParseSeriesQuery(std::string_view body);

// The member `series` of an object, which errors call `what`: at most `limit` pairs.
Result<std::vector<SeriesKey>> ParseSeriesKeys(const simdjson::dom::object& object,
                                               const std::string& what, size_t limit);

}  // namespace stepscope
