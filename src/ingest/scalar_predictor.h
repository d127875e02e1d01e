// Which series the next event of a file belongs to: most likely the one that came after the last
// event's series the time before, because a training loop logs its tags in the same order each
// time. What is predicted is compared (ScalarTemplate) and never believed.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "store/stage.h"
#include "wire/scalar_template.h"

namespace stepscope {

// Belongs to the sink of one run; knows one file at a time.
class ScalarPredictor {
 public:
  // Templates kept: 40 MiB of them, while a file is read. Series beyond are parsed each time.
  static constexpr size_t kMaxSeries = 1 << 17;

  // Forgets everything: another file may write the same tags in another way.
  void Clear();

  struct Entry {
    ScalarAppender appender;
    uint32_t next = UINT32_MAX;  // The series that came after this one.
    ScalarTemplate shape;
  };
  // Walks along the predictions, until one fails; then the predictor must be told by Resume(). Good
  // until the next Learn() or Clear().
  class Walk {
   public:
    explicit Walk(const ScalarPredictor& predictor)
        : entries_(predictor.entries_.data()), last_(predictor.last_), next_(predictor.next_) {}

    // The series that is next; null when nothing is known.
    const Entry* Next() const { return next_ == kNone ? nullptr : entries_ + next_; }
    // It was that one.
    void Confirm(const Entry& entry) {
      last_ = next_;
      next_ = entry.next;
    }

   private:
    friend class ScalarPredictor;
    const Entry* entries_;
    uint32_t last_;
    uint32_t next_;
  };
  void Resume(const Walk& walk) {
    last_ = walk.last_;
    next_ = walk.next_;
  }

  // Tells of an event that was parsed and turned out to be one value of a scalar series; `appender`
  // adds to it.
  void Learn(const SeriesStage& series, const ScalarAppender& appender, Bytes event);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  void Miss() { last_ = next_ = kNone; }  // Nothing is known of what is next.

  std::vector<Entry> entries_;
  std::unordered_map<const SeriesStage*, uint32_t> indices_;
  uint32_t last_ = kNone;
  uint32_t next_ = kNone;
};

}  // namespace stepscope
