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

  // The series that is next; null when nothing is known.
  struct Entry {
    ScalarAppender appender;
    uint32_t next = UINT32_MAX;  // The series that came after this one.
    ScalarTemplate shape;
  };
  const Entry* Next() const { return next_ == kNone ? nullptr : &entries_[next_]; }
  // It was that one.
  void Confirm(const Entry& entry) {
    last_ = next_;
    next_ = entry.next;
    // With a hundred thousand tags nothing of the next series is near, so it is sent for early.
    if (next_ != kNone) {
      const uint32_t second = entries_[next_].next;
      entries_[next_].appender.Prefetch();
      if (second != kNone) __builtin_prefetch(&entries_[second]);
    }
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
