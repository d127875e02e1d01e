#include "rpc/walk.h"

#include <algorithm>
#include <memory>
#include <span>

#include "base/strings.h"
#include "store/attempts.h"

namespace stepscope {
namespace {

class EndFinder {
 public:
  // Points [begin, end) of a block's, but for those with step >= `superseded_from`.
  void Add(std::span<const int64_t> steps, std::span<const double> wall_times, uint64_t begin,
           uint64_t end, const Segment& segment) {
    for (uint64_t i = begin; i < end; ++i) {
      if (segment.has_superseded_from && steps[i] >= segment.superseded_from) continue;
      AddPoint(steps[i], wall_times[i]);
    }
  }
  void AddPoint(int64_t step, double wall_time) {
    end_.max_step = is_empty_ ? step : std::max(end_.max_step, step);
    end_.max_wall_time = is_empty_ ? wall_time : std::max(end_.max_wall_time, wall_time);
    is_empty_ = false;
  }
  SeriesEnd end() const { return end_; }

 private:
  SeriesEnd end_;
  bool is_empty_ = true;
};

}  // namespace

bool IsOfClass(const SeriesInfo& info, DataClass data_class) {
  return info.data_class == data_class;
}

SeriesEnd FindScalarEnd(const Series& series) {
  EndFinder finder;
  const auto buffer = std::make_unique<ScalarBuffer>();
  for (const Segment& segment : FindCompatSegments(series)) {
    const ScalarColumnView& column = series.strands[segment.strand].scalars;
    if (segment.begin >= column.size()) continue;
    auto [block, first] = column.Find(segment.begin);
    for (; first < segment.end; ++block) {
      const uint64_t count = column.count(block);
      const uint64_t from = std::max(segment.begin, first) - first;
      const uint64_t to = std::min(segment.end - first, count);
      const BlockSummary* const summary = column.summary(block);
      const bool is_whole = from == 0 && to == count && !segment.has_superseded_from;
      if (summary != nullptr && is_whole) {
        finder.AddPoint(summary->highest_step, summary->latest);
      } else {
        const auto parts = static_cast<PointParts>(kSteps | kWallTimes);
        const ScalarSpan points = column.Read(block, *buffer, parts);
        finder.Add(points.steps, points.wall_times, from, to, segment);
      }
      first += count;
    }
  }
  return finder.end();
}

void FillMetadata(const SeriesInfo& info, tensorboard::data::SummaryMetadata& metadata) {
  metadata.mutable_plugin_data()->set_plugin_name(RpcName(info.plugin_name));
  metadata.mutable_plugin_data()->set_content(info.plugin_content);
  metadata.set_display_name(ToValidUtf8(info.display_name));
  metadata.set_summary_description(ToValidUtf8(info.description));
  metadata.set_data_class(static_cast<int32_t>(info.data_class));
}

size_t MetadataBytes(const SeriesInfo& info) {
  return info.plugin_name.size() + info.plugin_content.size() + info.display_name.size() +
         info.description.size();
}

}  // namespace stepscope
