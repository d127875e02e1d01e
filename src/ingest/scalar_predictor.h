// Which series the next event of a file belongs to: most likely the one that came after the last
// event's series the time before, because a training loop logs its tags in the same order each
// time, and the loop of the next run does so, too. What is predicted is compared (ScalarTemplate)
// and never believed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/stats.h"
#include "store/stage.h"
#include "wire/scalar_template.h"

namespace stepscope {

// Belongs to a thread, and knows one file at a time.
class ScalarPredictor {
 public:
  // Templates kept: 45 MB of them, while a file is read. Series beyond are parsed each time.
  static constexpr size_t kMaxSeries = 1 << 17;
  // And from file to file.
  static constexpr size_t kMaxKeptSeries = 1 << 12;

  static ScalarPredictor& OfThisThread();

  // What was learnt from the file before may hold for this one, if the same is checked (`check`: by
  // whom).
  using Check = std::optional<Stat> (*)(const SeriesInfo&);
  void BeginFile(Check check);
  void EndFile();

  struct Entry {
    ScalarAppender appender;     // Empty before the file's first event of the series.
    uint32_t next = UINT32_MAX;  // The series that came after this one.
    ScalarTemplate shape;
    const SeriesStage* series = nullptr;
    std::shared_ptr<const SeriesInfo> info;  // What a parser says of its events; null: ask one.
  };
  // Walks along the predictions, until one fails; then the predictor must be told by Resume(). Good
  // until the next Learn() or Clear().
  class Walk {
   public:
    explicit Walk(const ScalarPredictor& predictor)
        : entries_(predictor.entries_.data()), last_(predictor.last_), next_(predictor.next_) {}

    // The series that is next; null when nothing is known, or nothing can be appended to it yet.
    const Entry* Next() const {
      if (next_ == kNone) return nullptr;
      const Entry* const entry = entries_ + next_;
      return entry->appender.is_empty() ? nullptr : entry;
    }
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

  // The series that is next although the file has had no event of it; null when there is none.
  const Entry* NextNew() const;
  // It was that one: from now on `appender` adds to it.
  void ConfirmNew(SeriesStage& series, const ScalarAppender& appender);

  void Miss() { last_ = next_ = kNone; }  // Nothing is known of what is next.

  // Tells of an event that was parsed and turned out to be one value of a scalar series; `appender`
  // adds to it. `has_usual_info`: any first event like it makes a series with the same info.
  void Learn(SeriesStage& series, const ScalarAppender& appender, Bytes event, bool has_usual_info);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  std::vector<Entry> entries_;
  Check check_ = nullptr;
  uint32_t last_ = kNone;
  uint32_t next_ = kNone;
};

}  // namespace stepscope
