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
  // Templates kept: 18 MiB of them. Series beyond are parsed each time.
  static constexpr size_t kMaxSeries = 1 << 16;

  // Forgets everything: another file may write the same tags in another way.
  void Clear();

  // The series of `event` and what it says, if the prediction was right; else null.
  SeriesStage* Read(Bytes event, ScalarTemplate::Reading& reading) {
    if (last_ == kNone) return nullptr;
    const uint32_t next = entries_[last_].next;
    if (next == kNone) return nullptr;
    const Entry& entry = entries_[next];
    if (!entry.shape.Read(event, reading)) return nullptr;
    last_ = next;
    return entry.series;
  }
  Number::Type type() const { return entries_[last_].shape.type(); }  // Of what was read last.

  // Tells of an event that was parsed and turned out to be one value of `series`, a scalar.
  void Learn(SeriesStage& series, Bytes event);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    SeriesStage* series = nullptr;
    uint32_t next = kNone;  // The series that came after this one.
    ScalarTemplate shape;
  };

  std::vector<Entry> entries_;
  std::unordered_map<const SeriesStage*, uint32_t> indices_;
  uint32_t last_ = kNone;
};

}  // namespace stepscope
