#include "app/text_table.h"

#include <algorithm>
#include <utility>

namespace stepscope {
namespace {

constexpr size_t kGap = 2;             // Columns between two cells.
constexpr size_t kLeastShrunken = 12;  // Less says nothing.

}  // namespace

void TextTable::AddColumn(std::string title, Align align, Fit fit) {
  columns_.push_back({std::move(title), align, fit});
}

void TextTable::AddRow(const std::vector<std::string>& cells, Style style) {
  Row row = {.cells = {}, .style = style};
  for (const std::string& cell : cells) row.cells.push_back(Printable(cell));
  rows_.push_back(std::move(row));
}

std::vector<std::optional<size_t>> TextTable::Widths(const Terminal& terminal) const {
  std::vector<std::optional<size_t>> widths;
  size_t total = 0;  // With a gap behind every column.
  size_t least = 0;  // The same once everything is shortened.
  const auto least_of = [&](size_t i) {
    return columns_[i].fit == Fit::kShrinks ? std::min(*widths[i], kLeastShrunken) : *widths[i];
  };
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const Row& row : rows_) width = std::max(width, DisplayWidth(row.cells[i]));
    widths.emplace_back(width);
    total += width + kGap;
    least += least_of(i) + kGap;
  }
  if (terminal.columns == 0) return widths;
  const size_t room = terminal.columns + kGap;
  for (size_t i = columns_.size(); i-- > 0 && least > room;) {
    if (columns_[i].fit != Fit::kMayGo) continue;
    total -= *widths[i] + kGap;
    least -= *widths[i] + kGap;
    widths[i].reset();
  }
  // The widest gives way first.
  while (total > room) {
    std::optional<size_t>* widest = nullptr;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!widths[i] || *widths[i] <= least_of(i)) continue;
      if (widest == nullptr || *widths[i] > **widest) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --**widest;
    --total;
  }
  return widths;
}

void TextTable::AppendRow(const Row& row, const std::vector<std::optional<size_t>>& widths,
                          const Terminal& terminal, std::string& out) const {
  std::string line;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!widths[i]) continue;
    if (i > 0) line.append(kGap, ' ');
    const std::string cell = Shortened(row.cells[i], *widths[i]);
    const size_t padding = *widths[i] - std::min(*widths[i], DisplayWidth(cell));
    if (columns_[i].align == Align::kRight) line.append(padding, ' ');
    line += cell;
    if (columns_[i].align == Align::kLeft) line.append(padding, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += Styled(line, row.style, terminal) + '\n';
}

std::string TextTable::Render(const Terminal& terminal) const {
  const auto widths = Widths(terminal);
  Row head = {.cells = {}, .style = Style::kBold};
  for (const Column& column : columns_) head.cells.push_back(column.title);
  std::string out;
  AppendRow(head, widths, terminal, out);
  for (const Row& row : rows_) AppendRow(row, widths, terminal, out);
  std::string left_out;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!widths[i]) left_out += (left_out.empty() ? "" : ", ") + columns_[i].title;
  }
  if (!left_out.empty()) {
    out += Styled("(no room for " + left_out + ")", Style::kDim, terminal) + '\n';
  }
  return out;
}

}  // namespace stepscope
