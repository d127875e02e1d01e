#include "ingest/scalar_predictor.h"

#include <algorithm>
#include <utility>

namespace stepscope {

ScalarPredictor& ScalarPredictor::OfThisThread() {
  static thread_local ScalarPredictor predictor;
  return predictor;
}

void ScalarPredictor::BeginFile(Check check) {
  if (check != std::exchange(check_, check)) entries_.clear();
  last_ = kNone;
  next_ = entries_.empty() ? kNone : 0;
}

void ScalarPredictor::EndFile() {
  const auto has_events = [](const Entry& entry) { return !entry.appender.is_empty(); };
  const auto used = static_cast<size_t>(std::ranges::count_if(entries_, has_events));
  // Another kind of run, whose series are better learnt from the next of its kind.
  if (used > 0 && 2 * used < entries_.size()) entries_.clear();
  if (entries_.size() > kMaxKeptSeries) entries_ = std::vector<Entry>();
  for (Entry& entry : entries_) {
    entry.appender = ScalarAppender();
    entry.series = nullptr;
  }
}

const ScalarPredictor::Entry* ScalarPredictor::NextNew() const {
  if (next_ == kNone) return nullptr;
  const Entry& entry = entries_[next_];
  return entry.appender.is_empty() && entry.info ? &entry : nullptr;
}

void ScalarPredictor::ConfirmNew(SeriesStage& series, const ScalarAppender& appender) {
  Entry& entry = entries_[next_];
  entry.appender = appender;
  entry.series = &series;
  series.SetPrediction(next_);
  last_ = next_;
  next_ = entry.next;
}

void ScalarPredictor::Learn(SeriesStage& series, const ScalarAppender& appender, Bytes event,
                            bool has_usual_info) {
  uint32_t index = series.prediction();
  // The note may be of another file's reading.
  const bool is_known = index < entries_.size() && entries_[index].series == &series;
  // A series whose events changed their form is learnt again: the new form is the likelier one.
  const auto shape = ScalarTemplate::Learn(event);
  if (!shape || (!is_known && entries_.size() == kMaxSeries)) return Miss();
  if (is_known) {
    Entry& entry = entries_[index];
    // The info is what the first event said: one of another form may say something else.
    if (entry.shape != *shape || entry.info != series.shared_info()) entry.info = nullptr;
    entry.shape = *shape;
    entry.appender = appender;  // It takes numbers of the type that this form has.
  } else {
    index = static_cast<uint32_t>(entries_.size());
    entries_.push_back({.appender = appender,
                        .shape = *shape,
                        .series = &series,
                        .info = has_usual_info ? series.shared_info() : nullptr});
    series.SetPrediction(index);
  }
  if (last_ != kNone) entries_[last_].next = index;
  last_ = index;
  next_ = entries_[index].next;
}

}  // namespace stepscope
