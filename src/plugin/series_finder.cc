#include "plugin/series_finder.h"

#include <simdjson.h>

#include "base/strings.h"

namespace stepscope {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Whether a name with invalid UTF-8 may be shown as `name`.
bool IsMaybeShown(std::string_view name) {
  return name.find(kReplacement) != std::string_view::npos;
}

bool IsShownOtherwise(std::string_view name) {
  return !simdjson::validate_utf8(name.data(), name.size());
}

}  // namespace

const RunSnapshot* SeriesFinder::FindRun(std::string_view name) {
  const RunSnapshot* const run = snapshot_.FindRun(name);
  if (run != nullptr || !IsMaybeShown(name)) return run;
  if (!shown_runs_) {
    shown_runs_.emplace();
    for (const auto& candidate : snapshot_.runs) {
      if (!IsShownOtherwise(candidate->name)) continue;
      shown_runs_->try_emplace(ToValidUtf8(candidate->name), candidate.get());
    }
  }
  const auto found = shown_runs_->find(std::string(name));
  return found == shown_runs_->end() ? nullptr : found->second;
}

const Series* SeriesFinder::FindSeries(const RunSnapshot& run, std::string_view tag) {
  const Series* const series = run.Find(tag);
  if (series != nullptr || !IsMaybeShown(tag)) return series;
  const auto [entry, is_new] = shown_series_.try_emplace(&run);
  Shown<Series>& shown = entry->second;
  if (is_new) {
    for (const Series& candidate : run.series) {
      if (!IsShownOtherwise(candidate.info->tag)) continue;
      shown.try_emplace(ToValidUtf8(candidate.info->tag), &candidate);
    }
  }
  const auto found = shown.find(std::string(tag));
  return found == shown.end() ? nullptr : found->second;
}

FoundSeries SeriesFinder::Find(std::string_view run, std::string_view tag) {
  const RunSnapshot* const found = FindRun(run);
  return found == nullptr ? FoundSeries() : Find(*found, tag);
}

FoundSeries SeriesFinder::Find(const RunSnapshot& run, std::string_view tag) {
  const Series* const series = FindSeries(run, tag);
  if (series == nullptr || !accepts_(*series)) return {};
  return {&run, series};
}

}  // namespace stepscope
