// The values of a column of the table, which filters and sorting compare as Python does: true is 1.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <google/protobuf/struct.pb.h>
#include <tensorboard/hparams.pb.h>

#include "base/clock.h"
#include "base/result.h"

namespace stepscope {

struct CellValue {
  std::variant<double, std::string> value;
  bool is_bool = false;  // Then 0 or 1.

  bool is_text() const { return value.index() == 1; }
  bool operator==(const CellValue& other) const { return value == other.value; }
};

// A cell of the table; nothing where it is empty.
using Cell = std::optional<CellValue>;

// Nothing for values that are no text, number or bool.
std::optional<CellValue> ToCellValue(const google::protobuf::Value& value);

// Which of a column's cells pass its filter, all of them if it has none. INVALID_ARGUMENT: the
// filter is none, or is for other values than the column's.
Result<std::vector<bool>> PassFilter(const tensorboard::hparams::ColParams& column,
                                     const std::vector<Cell>& cells, const Clock& clock);

// The order of the column's cells: stable, missing ones first or last in either order.
// INVALID_ARGUMENT: they do not compare, or there is no such order. `order` begins with the rows as
// they are, as indices.
Status SortByColumn(const tensorboard::hparams::ColParams& column, const std::vector<Cell>& cells,
                    std::vector<size_t>& order);

}  // namespace stepscope
