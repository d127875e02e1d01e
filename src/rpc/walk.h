// What the six methods about series have in common: the runs and tags that a filter lets through,
// as entries of the response, and what is told of each series.
#pragma once

#include "base/result.h"
#include "rpc/call.h"
#include "rpc/filter.h"
#include "store/snapshot.h"

namespace stepscope {

// Whether a series is of that class. One without a class belongs to none, as upstream.
bool IsOfClass(const SeriesInfo& info, DataClass data_class);

// Largest step and wall time of what TensorBoard's Python loader keeps of a series; 0 for one that
// a restart has emptied.
struct SeriesEnd {
  int64_t max_step = 0;
  double max_wall_time = 0;
};
SeriesEnd FindScalarEnd(const Series& series);

void FillMetadata(const SeriesInfo& info, tensorboard::data::SummaryMetadata& metadata);
size_t MetadataBytes(const SeriesInfo& info);

// What the three lists tell of a series.
template <typename Metadata>
Status FillListed(const Series& series, const SeriesEnd& end, Call& call, Metadata& metadata) {
  RETURN_IF_ERROR(call.Spend(MetadataBytes(*series.info)));
  metadata.set_max_step(end.max_step);
  metadata.set_max_wall_time(end.max_wall_time);
  FillMetadata(*series.info, *metadata.mutable_summary_metadata());
  return Status();
}

// Calls `fill` with each series that the filter lets through, its run, and its entry in the
// response.
template <typename Response, typename Fill>
Status WalkSeries(const Snapshot& snapshot, const SeriesFilter& filter, DataClass data_class,
                  Call& call, Response& response, Fill fill) {
  constexpr size_t kEntryBytes = 64;  // About what an entry takes beside its name.
  for (const auto& run : snapshot.runs) {
    if (!filter.runs.Has(run->name)) continue;
    RETURN_IF_ERROR(call.Spend(0));
    typename Response::RunEntry* entry = nullptr;
    for (const Series& series : run->series) {
      const SeriesInfo& info = *series.info;
      if (!IsOfClass(info, data_class) || info.plugin_name != filter.plugin_name ||
          !filter.tags.Has(info.tag)) {
        continue;
      }
      if (entry == nullptr) {
        entry = response.add_runs();
        entry->set_run_name(RpcName(run->name));
      }
      RETURN_IF_ERROR(call.Spend(kEntryBytes + info.tag.size()));
      auto* const tag = entry->add_tags();
      tag->set_tag_name(RpcName(info.tag));
      RETURN_IF_ERROR(fill(*run, series, *tag));
    }
  }
  return Status();
}

}  // namespace stepscope
