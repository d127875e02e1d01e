// /tags: which runs have which series, and what was said of them.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/markdown.h"
#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"
#include "plugin/image_series.h"
#include "plugin/scalar_series.h"
#include "plugins/timeseries/compat.h"

namespace stepscope {
namespace {

// All tags are one answer. A thousand runs of a hundred described tags fit.
constexpr size_t kMaxTagsHtmlBytes = 32 * 1024 * 1024;
// Of descriptions that are put together because a tag has several: every one names its runs.
constexpr size_t kMaxCombinedBytes = 16 * 1024 * 1024;

// The descriptions of one kind of series.
class Descriptions {
 public:
  void Add(const RunSnapshot& run, const SeriesInfo& info) {
    if (info.description.empty()) return;
    of_tag_[info.tag].insert(info.description);
    runs_of_[info.description].insert(run.name);
  }

  // {tag: HTML}.
  void AppendTo(std::string& out) const {
    DescriptionRenderer renderer(kMaxTagsHtmlBytes);
    std::deque<std::string> combined;  // Texts that the renderer has seen stay where they are.
    size_t combined_bytes = 0;
    out += '{';
    for (const auto& [tag, texts] : of_tag_) {
      AppendSeparator(out);
      AppendJsonString(tag, out);
      out += ": ";
      if (texts.size() == 1) {
        AppendJsonString(renderer.Render(*texts.begin()), out);
      } else if (combined_bytes > kMaxCombinedBytes) {
        AppendJsonString(kDescriptionLeftOut, out);
      } else {
        combined_bytes += combined.emplace_back(Combine(texts)).size();
        AppendJsonString(renderer.Render(combined.back()), out);
      }
    }
    out += '}';
  }

 private:
  // As metrics_plugin.py does it: the runs are those that have the text for any tag.
  std::string Combine(const std::set<std::string_view>& texts) const {
    std::string all = "# Multiple descriptions\n";
    for (const std::string_view text : texts) {
      const auto& runs = runs_of_.at(text);
      if (text != *texts.begin()) all += '\n';
      all += runs.size() > 1 ? "## For runs: " : "## For run: ";
      bool is_first = true;
      for (const std::string_view run : runs) {
        if (!std::exchange(is_first, false)) all += ", ";
        all += run;
        if (all.size() > kMaxMarkdownBytes) return all;  // Nobody reads it as prose.
      }
      all += '\n';
      all += text;
    }
    return all;
  }

  std::map<std::string_view, std::set<std::string_view>> of_tag_;
  std::map<std::string_view, std::set<std::string_view>> runs_of_;  // By description.
};

// {"runTagInfo": {run: [tag, ...]}, "tagDescriptions"}.
void AppendBasic(const Snapshot& snapshot, SeriesFinder::Accepts accepts, std::string& out) {
  Descriptions descriptions;
  out += R"({"runTagInfo": {)";
  for (const auto& run : snapshot.runs) {
    if (std::ranges::none_of(run->series, accepts)) continue;
    AppendSeparator(out);
    AppendJsonString(run->name, out);
    out += ": [";
    for (const Series& series : run->series) {
      if (!accepts(series) || series.info->is_hidden) continue;
      AppendSeparator(out);
      AppendJsonString(series.info->tag, out);
      descriptions.Add(*run, *series.info);
    }
    out += ']';
  }
  out += R"(}, "tagDescriptions": )";
  descriptions.AppendTo(out);
  out += '}';
}

// {"tagDescriptions", "tagRunSampledInfo": {tag: {run: {"maxSamplesPerStep"}}}}.
void AppendImages(const Snapshot& snapshot, std::string& out) {
  Descriptions descriptions;
  std::map<std::string_view, std::string> runs_of;  // By tag.
  for (const auto& run : snapshot.runs) {
    for (const Series& series : run->series) {
      if (!IsImageSeries(series) || series.info->is_hidden) continue;
      descriptions.Add(*run, *series.info);
      std::string& runs = runs_of[series.info->tag];
      if (!runs.empty()) runs += ", ";
      AppendJsonString(run->name, runs);
      runs += R"(: {"maxSamplesPerStep": )" + std::to_string(MaxPictures(series)) + '}';
    }
  }
  out += R"({"tagDescriptions": )";
  descriptions.AppendTo(out);
  out += R"(, "tagRunSampledInfo": {)";
  for (const auto& [tag, runs] : runs_of) {
    AppendSeparator(out);
    AppendJsonString(tag, out);
    out += ": {" + runs + '}';
  }
  out += "}}";
}

}  // namespace

Result<Response> CompatTimeseriesTags(const Request&, const Context& context) {
  std::string body = R"({"scalars": )";
  AppendBasic(context.snapshot, IsScalarSeries, body);
  body += R"(, "histograms": )";
  AppendBasic(context.snapshot, IsHistogramSeries, body);
  body += R"(, "images": )";
  AppendImages(context.snapshot, body);
  return JsonResponse(body + '}');
}

}  // namespace stepscope
