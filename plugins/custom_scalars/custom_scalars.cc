#include "plugins/custom_scalars/custom_scalars.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/value_reader.h"
#include "plugins/custom_scalars/compat.h"

namespace stepscope {
namespace {

using tensorboard::custom_scalars::Category;
using tensorboard::custom_scalars::Chart;
using tensorboard::custom_scalars::Layout;

constexpr std::string_view kPluginName = "custom_scalars";
constexpr std::string_view kLayoutTag = "custom_scalars__config__";
constexpr std::string_view kReads[] = {kPluginName};

// All runs' layouts together; a page of a thousand charts has some hundred KB.
constexpr size_t kMaxLayoutBytes = 16 << 20;

constexpr Route kCompatRoutes[] = {
    {"layout", CompatLayout},
    {"scalars", CompatCustomScalars},
    {"download_data", CompatCustomScalarsDownload},
};

bool IsLayoutSeries(const Series& series) {
  const SeriesInfo& info = *series.info;
  return info.kind == SeriesKind::kTensor && info.data_class == DataClass::kTensor &&
         info.plugin_name == kPluginName;
}

// Takes layouts one after the other.
class LayoutMerger {
 public:
  void Add(const Layout& layout) {
    if (!merged_) {
      merged_ = layout;
      for (Category& category : *merged_->mutable_category()) Know(category);
      return;
    }
    for (const Category& category : layout.category()) {
      const auto known = categories_.find(category.title());
      if (known == categories_.end()) {
        *merged_->add_category() = category;
        Know(*merged_->mutable_category(merged_->category_size() - 1));
        continue;
      }
      for (const Chart& chart : category.chart()) {
        if (!known->second.charts.insert(chart.SerializeAsString()).second) continue;
        *known->second.category->add_chart() = chart;
      }
    }
  }

  std::optional<Layout> Finish() { return std::move(merged_); }

 private:
  struct Known {
    Category* category = nullptr;  // Stays where it is when others are added.
    std::set<std::string> charts;
  };

  // Of two categories of one title in one layout, which are both shown, the last takes the charts
  // of further layouts.
  void Know(Category& category) {
    Known& known = categories_[category.title()];
    known = {.category = &category};
    for (const Chart& chart : category.chart()) known.charts.insert(chart.SerializeAsString());
  }

  std::optional<Layout> merged_;
  std::map<std::string, Known> categories_;  // By title.
};

// The last layout of a run; nothing if it is none.
Result<std::optional<std::string>> ReadLayout(const FoundSeries& found, ValueReader& reader) {
  const std::vector<ValuePoint> points = SampleValues(*found.series, 1);
  if (points.empty()) return std::optional<std::string>();
  ASSIGN_OR_RETURN(const std::optional<StoredValue> value, reader.Read(found, points.back()));
  if (!value) return std::optional<std::string>();
  const auto strings = value->tensor().Strings(1);
  if (!strings || strings->size() != 1) return std::optional<std::string>();
  return std::optional(std::string(strings->front()));
}

}  // namespace

Result<std::optional<Layout>> MergeLayouts(const Context& context) {
  LayoutMerger merger;
  ValueReader reader(context.files);
  size_t bytes_left = kMaxLayoutBytes;
  for (const auto& run : context.snapshot.runs) {
    const Series* const series = run->Find(kLayoutTag);
    if (series == nullptr || !IsLayoutSeries(*series)) continue;
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                     ReadLayout({.run = run.get(), .series = series}, reader));
    if (!bytes) continue;
    if (bytes->size() > bytes_left) {
      return Error{Code::kResourceExhausted, "the layouts of all runs have more than " +
                                                 std::to_string(kMaxLayoutBytes) + " bytes"};
    }
    bytes_left -= bytes->size();
    Layout layout;
    if (layout.ParseFromString(*bytes)) merger.Add(layout);
  }
  return merger.Finish();
}

const Plugin kCustomScalars = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "Custom Scalars",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-custom-scalar-dashboard"},
};

}  // namespace stepscope
