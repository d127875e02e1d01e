// The PR curves dashboard: precision over recall at rising thresholds, step by step. Reference:
// tensorboard/plugins/pr_curve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "plugin/plugin.h"
#include "store/stored_value.h"

namespace stepscope {

extern const Plugin kPrCurves;

bool IsPrCurveSeries(const Series& series);

// One curve without the thresholds at its end that nothing passed, where precision means nothing.
struct PrCurve {
  DataType dtype = DataType::kFloat;  // As precision and recall were logged.
  std::vector<double> precision;
  std::vector<double> recall;
  std::vector<int64_t> true_positives;
  std::vector<int64_t> false_positives;
  std::vector<int64_t> true_negatives;
  std::vector<int64_t> false_negatives;
  std::vector<double> thresholds;  // Evenly from 0 to 1.
};

// Of a value that is a [6, n] tensor; nothing for any other and where a count is no number.
// RESOURCE_EXHAUSTED: more than `max_thresholds`.
Result<std::optional<PrCurve>> PrCurveOf(const StoredValue& value, uint64_t max_thresholds);

}  // namespace stepscope
