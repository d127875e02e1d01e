// Scalars as they are stored, which several dashboards show, and TensorBoard's answer with one
// series of them (tensorboard/plugins/scalar/scalars_plugin.py, scalars_impl).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/response.h"
#include "plugin/plugin.h"
#include "plugin/series_finder.h"
#include "store/scalar_points.h"

namespace stepscope {

inline constexpr std::string_view kScalarsPlugin = "scalars";  // The plugin_name on disk.

// Of one answer about several series; its JSON takes some 60 bytes a point.
inline constexpr uint64_t kMaxCompatAnswerPoints = uint64_t{1} << 21;

// Whether a series holds this dashboard's numbers.
bool IsScalarSeries(const Series& series);

// SeriesFinder for a single series.
FoundSeries FindScalarSeries(const Snapshot& snapshot, std::string_view run, std::string_view tag);

// As ReadCompatPoints(), as many as --samples_per_plugin says.
std::vector<ExactPoint> ReadCompatScalars(const FoundSeries& found, const Context& context);

// Appends [[wall_time, step, value], ...].
void AppendJsonPoints(const std::vector<ExactPoint>& points, std::string& out);

// The whole answer, as JSON or, if `format` is "csv", as rows. NOT_FOUND, as upstream words it.
Result<Response> CompatScalarsResponse(std::string_view run, std::string_view tag,
                                       std::optional<std::string_view> format,
                                       const Context& context);

// RESOURCE_EXHAUSTED once more than kMaxCompatAnswerPoints were spent; `left` begins with that.
Status SpendOnAnswer(const std::vector<ExactPoint>& points, uint64_t& left);

}  // namespace stepscope
