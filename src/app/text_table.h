// A table for people: aligned columns that fit the screen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/terminal.h"

namespace stepscope {

class TextTable {
 public:
  enum class Align : uint8_t { kLeft, kRight };
  // What happens to a column where the screen is too narrow: long cells are shortened, but not
  // below 12 columns, and where that is not enough, it is left out, the last first.
  enum class Fit : uint8_t { kFixed, kShrinks, kMayGo };

  void AddColumn(std::string title, Align align = Align::kLeft, Fit fit = Fit::kFixed);
  // One cell a column, as it is to be shown: the table makes them Printable.
  void AddRow(const std::vector<std::string>& cells, Style style = Style::kPlain);

  size_t row_count() const { return rows_.size(); }
  // Lines with their ends. The last one names the columns that were left out, if any.
  std::string Render(const Terminal& terminal) const;

 private:
  struct Column {
    std::string title;
    Align align;
    Fit fit;
  };
  struct Row {
    std::vector<std::string> cells;
    Style style;
  };
  // Nothing for a column that is left out.
  std::vector<std::optional<size_t>> Widths(const Terminal& terminal) const;
  void AppendRow(const Row& row, const std::vector<std::optional<size_t>>& widths,
                 const Terminal& terminal, std::string& out) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace stepscope
