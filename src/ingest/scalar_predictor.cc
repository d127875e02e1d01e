#include "ingest/scalar_predictor.h"

namespace stepscope {

void ScalarPredictor::Clear() {
  entries_.clear();
  indices_.clear();
  last_ = kNone;
}

void ScalarPredictor::Learn(SeriesStage& series, Bytes event) {
  const auto found = indices_.find(&series);
  uint32_t index = found == indices_.end() ? kNone : found->second;
  ScalarTemplate::Reading ignored;
  // A series whose events changed their form is learnt again: the new form is the likelier one.
  if (index == kNone || !entries_[index].shape.Read(event, ignored)) {
    const auto shape = ScalarTemplate::Learn(event);
    if (!shape || (index == kNone && entries_.size() == kMaxSeries)) return;
    if (index == kNone) {
      index = static_cast<uint32_t>(entries_.size());
      entries_.push_back({.series = &series, .next = kNone, .shape = *shape});
      indices_.emplace(&series, index);
    } else {
      entries_[index].shape = *shape;
    }
  }
  if (last_ != kNone) entries_[last_].next = index;
  last_ = index;
}

}  // namespace stepscope
