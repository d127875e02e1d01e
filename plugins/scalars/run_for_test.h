// Runs as tests make them, and what they read of tables.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/columns.h"
#include "series/column.h"
#include "store/series_for_test.h"
#include "store/snapshot.h"

namespace stepscope {

// One series of one run, in as many files as there are columns; all written at the same time, so
// that nothing is superseded.
class RunBuilder {
 public:
  void Append(size_t file, int64_t step, double wall_time, float value) {
    while (columns_.size() <= file) columns_.emplace_back();
    columns_[file].Append(step, wall_time, ValueType::kFloat32, std::bit_cast<uint32_t>(value));
  }

  RunSnapshot Build(std::string tag = "loss") const {
    RunSnapshot run;
    run.name = "train";
    auto info = std::make_shared<SeriesInfo>();
    info->tag = std::move(tag);
    info->plugin_name = "scalars";
    info->kind = SeriesKind::kScalar;
    std::vector<Strand> strands;
    for (size_t i = 0; i < columns_.size(); ++i) {
      run.files.push_back({.path = "train/tfevents." + std::to_string(i),
                           .reading = i + 1,
                           .first_wall_time = 0,
                           .last_wall_time = 1e9});
      strands.push_back({.file = static_cast<uint32_t>(i), .scalars = columns_[i].View()});
    }
    AddSeries(run, std::move(info), std::move(strands));
    return run;
  }

 private:
  std::vector<ScalarColumn> columns_;
};

template <typename T>
std::vector<T> ColumnOf(const Table& table, std::string_view name) {
  for (const Column& column : table.columns) {
    if (column.name == name) return std::get<std::vector<T>>(column.data);
  }
  return {};
}

}  // namespace stepscope
