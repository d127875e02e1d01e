// The body of POST /api/scalars/series (docs/api.md): what a page asks for all its visible lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stepscope {

enum class XAxis : uint8_t { kStep, kRelative, kWall };

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

// How every line of a request is looked at.
struct LineView {
  XAxis x = XAxis::kStep;
  std::optional<double> from;  // In units of x.
  std::optional<double> to;
  uint32_t pixels = 0;  // 0: every point.
  double smoothing = 0;
  bool all_attempts = false;
};

struct SeriesQuery {
  // A page asks for the cards on the screen, a handful of tags times the runs that are selected.
  static constexpr size_t kMaxSeries = 4096;
  static constexpr uint32_t kMaxPixels = 16384;  // Wider than any screen.

  std::vector<SeriesKey> series;
  LineView view;
};

// INVALID_ARGUMENT with a sentence that names the field. Fields that it does not know are ignored.
Result<SeriesQuery> ParseSeriesQuery(std::string_view body);

}  // namespace stepscope
