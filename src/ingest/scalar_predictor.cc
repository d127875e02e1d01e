#include "ingest/scalar_predictor.h"

namespace stepscope {

void ScalarPredictor::Clear() {
  // Thousands of runs have a predictor each, so it keeps no memory, as clear() and `= {}` would.
  entries_ = std::vector<Entry>();
  indices_ = decltype(indices_)();
  Miss();
}

void ScalarPredictor::Learn(const SeriesStage& series, const ScalarAppender& appender,
                            Bytes event) {
  const auto found = indices_.find(&series);
  uint32_t index = found == indices_.end() ? kNone : found->second;
  // A series whose events changed their form is learnt again: the new form is the likelier one.
  const auto shape = ScalarTemplate::Learn(event);
  if (!shape || (index == kNone && entries_.size() == kMaxSeries)) return Miss();
  if (index == kNone) {
    constexpr size_t kUsualSeries = 32;
    if (entries_.empty()) entries_.reserve(kUsualSeries);
    index = static_cast<uint32_t>(entries_.size());
    entries_.push_back({.appender = appender, .next = kNone, .shape = *shape});
    indices_.emplace(&series, index);
  } else {
    entries_[index].shape = *shape;
  }
  if (last_ != kNone) entries_[last_].next = index;
  last_ = index;
  next_ = entries_[index].next;
}

}  // namespace stepscope
