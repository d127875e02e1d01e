// The answers of `stepscope query`, as tables.
#pragma once

#include <vector>

#include "app/flags.h"
#include "app/output.h"
#include "app/selection.h"
#include "app/table_writer.h"
#include "app/terminal.h"
#include "base/result.h"
#include "store/scalar_points.h"
#include "store/snapshot.h"

namespace stepscope {

// A scalar series that was chosen.
struct ChosenSeries {
  const RunSnapshot* run = nullptr;
  const Series* series = nullptr;
};

// Where an answer goes.
struct Destination {
  OutputFormat format = OutputFormat::kTable;
  Terminal terminal;
  Output& output;
};

// The columns run and tag of them.
std::vector<Field> NameFields(const std::vector<ChosenSeries>& chosen);

// The type of a column that holds values of all of these.
CellType CommonType(const std::vector<ChosenSeries>& chosen, Restarts restarts);

// Every point, series after series, and never more than one batch in memory.
Status WritePoints(const Snapshot& snapshot, const std::vector<ChosenSeries>& chosen,
                   const QueryOptions& options, const Destination& destination);

// A row a series.
Status WriteSummaries(const std::vector<ChosenSeries>& chosen, const QueryOptions& options,
                      const Destination& destination);

}  // namespace stepscope
