// Snapshots made by hand, for the tests of this room.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "series/column.h"
#include "store/series_for_test.h"
#include "store/snapshot.h"

namespace stepscope {

struct TagSpec {
  std::string tag;
  int points = 1;
  std::string plugin_name = "scalars";
  std::string display_name = {};
  std::string description = {};
};

inline std::shared_ptr<RunSnapshot> MakeRun(std::string name, std::vector<TagSpec> tags,
                                            double start_time = 100, uint64_t generation = 1) {
  std::ranges::sort(tags, {}, &TagSpec::tag);
  auto run = std::make_shared<RunSnapshot>();
  run->name = std::move(name);
  run->start_time = start_time;
  run->last_wall_time = start_time + 1;
  run->generation = generation;
  run->is_loaded = true;
  run->files.emplace_back();
  for (const TagSpec& spec : tags) {
    auto info = std::make_shared<SeriesInfo>();
    info->tag = spec.tag;
    info->plugin_name = spec.plugin_name;
    info->display_name = spec.display_name;
    info->description = spec.description;
    info->kind = SeriesKind::kScalar;
    ScalarColumn column;
    for (int i = 0; i < spec.points; ++i) column.Append(i, start_time, ValueType::kFloat32, 0);
    Strand strand;
    strand.scalars = column.View();
    run->point_count += column.size();
    AddSeries(*run, std::move(info), {std::move(strand)});
  }
  return run;
}

inline std::shared_ptr<const Snapshot> MakeSnapshot(
    uint64_t generation, std::vector<std::shared_ptr<const RunSnapshot>> runs) {
  std::ranges::sort(runs, {}, [](const auto& run) { return run->name; });
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = generation;
  snapshot->runs = std::move(runs);
  snapshot->progress.is_complete = true;
  return snapshot;
}

}  // namespace stepscope
