#include "plugins/pr_curves/pr_curves.h"

#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "plugin/content_version.h"
#include "plugins/pr_curves/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "pr_curves";
constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatPrCurveTags},
    {"pr_curves", CompatPrCurves},
};

// The rows of the tensor.
enum Row : uint8_t {
  kTruePositives,
  kFalsePositives,
  kTrueNegatives,
  kFalseNegatives,
  kPrecision,
  kRecall,
  kRowCount,
};

// Counts as integers, cut off; nothing where one is no number or too large.
std::optional<std::vector<int64_t>> ToCounts(std::span<const double> numbers) {
  constexpr double kTooLarge = 9.2e18;
  std::vector<int64_t> counts;
  counts.reserve(numbers.size());
  for (const double number : numbers) {
    if (!(std::fabs(number) < kTooLarge)) return std::nullopt;
    counts.push_back(static_cast<int64_t>(number));
  }
  return counts;
}

// How many thresholds there are up to the last that something passed; at least one.
size_t CountShown(const std::vector<int64_t>& true_positives,
                  const std::vector<int64_t>& false_positives) {
  size_t shown = true_positives.size();
  // Counts may be so large that their sum wraps, as upstream's does.
  while (shown > 1 && static_cast<uint64_t>(true_positives[shown - 1]) +
                              static_cast<uint64_t>(false_positives[shown - 1]) ==
                          0) {
    --shown;
  }
  return shown;
}

std::vector<double> Thresholds(size_t count, size_t shown) {
  std::vector<double> thresholds(shown);
  const double step = count > 1 ? 1.0 / static_cast<double>(count - 1) : 0;
  for (size_t i = 0; i < shown; ++i) thresholds[i] = static_cast<double>(i) * step;
  if (shown == count && count > 1) thresholds.back() = 1;
  return thresholds;
}

}  // namespace

bool IsPrCurveSeries(const Series& series) {
  const SeriesInfo& info = *series.info;
  return info.kind == SeriesKind::kTensor && info.data_class == DataClass::kTensor &&
         info.plugin_name == kPluginName;
}

Result<std::optional<PrCurve>> PrCurveOf(const StoredValue& value, uint64_t max_thresholds) {
  const std::vector<int64_t>& shape = value.tensor().shape();
  if (shape.size() != 2 || shape[0] != kRowCount) return std::optional<PrCurve>();
  const Result<std::vector<double>> numbers = value.tensor().Doubles(max_thresholds * kRowCount);
  if (!numbers) {
    if (numbers.error().code == Code::kResourceExhausted) return numbers.error();
    return std::optional<PrCurve>();
  }
  const size_t count = numbers->size() / kRowCount;
  const auto row = [&](Row which) {
    return std::span<const double>(*numbers).subspan(which * count, count);
  };
  std::array<std::vector<int64_t>, kPrecision> counts;
  for (const Row which : {kTruePositives, kFalsePositives, kTrueNegatives, kFalseNegatives}) {
    auto found = ToCounts(row(which));
    if (!found) return std::optional<PrCurve>();
    counts[which] = *std::move(found);
  }
  const size_t shown = CountShown(counts[kTruePositives], counts[kFalsePositives]);
  for (std::vector<int64_t>& part : counts) part.resize(shown);
  const auto part = [&](Row which) {
    const std::span<const double> all = row(which).first(shown);
    return std::vector<double>(all.begin(), all.end());
  };
  return std::optional(PrCurve{.dtype = value.tensor().dtype(),
                               .precision = part(kPrecision),
                               .recall = part(kRecall),
                               .true_positives = std::move(counts[kTruePositives]),
                               .false_positives = std::move(counts[kFalsePositives]),
                               .true_negatives = std::move(counts[kTrueNegatives]),
                               .false_negatives = std::move(counts[kFalseNegatives]),
                               .thresholds = Thresholds(count, shown)});
}

const Plugin kPrCurves = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "PR Curves",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-pr-curve-dashboard"},
    .check = CheckContentVersion,
};

}  // namespace stepscope
