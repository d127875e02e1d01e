// The table for people: six digits, times as times, "-" for what is missing.
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "app/table_writer.h"
#include "app/text_table.h"
#include "base/strings.h"

namespace stepscope {
namespace {

std::string UpperCase(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '_') c = ' ';
  }
  return upper;
}

std::string ShownNumber(double number) {
  if (!std::isfinite(number)) return FormatDouble(number);  // printf has a -nan.
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", number);
  return text;
}
std::string ShownNumber(int64_t number) { return std::to_string(number); }
std::string ShownNumber(uint64_t number) { return std::to_string(number); }
std::string ShownNumber(uint8_t truth) { return truth != 0 ? "true" : "false"; }

class PeopleWriter final : public TableWriter {
 public:
  PeopleWriter(std::vector<Field> fields, const Terminal& terminal, Output& output)
      : fields_(std::move(fields)), terminal_(terminal), output_(output) {
    for (const Field& field : fields_) {
      const bool is_text = field.type == CellType::kText;
      table_.AddColumn(UpperCase(field.name) + (field.is_wall_time ? " (UTC)" : ""),
                       is_text ? TextTable::Align::kLeft : TextTable::Align::kRight,
                       is_text ? TextTable::Fit::kShrinks : TextTable::Fit::kMayGo);
    }
  }

  void AddRows(size_t count, std::span<const Cells> cells) override {
    std::vector<std::string> shown(cells.size());
    for (size_t row = 0; row < count; ++row) {
      if (table_.row_count() == kMaxPeopleRows) {
        left_out_ += count - row;
        return;
      }
      for (size_t i = 0; i < cells.size(); ++i) shown[i] = Shown(i, row, cells[i]);
      table_.AddRow(shown);
    }
  }

  void End() override {
    output_.Write(table_.Render(terminal_));
    if (left_out_ > 0) {
      output_.Write("and " + WithThousands(left_out_) + " more rows; --format csv writes all\n");
    }
  }

 private:
  std::string Shown(size_t field, size_t row, const Cells& cells) const {
    if (cells.text) return std::string(*cells.text);
    if (cells.is_missing) return "-";
    if (fields_[field].is_wall_time) {
      return UtcTime(std::get<std::span<const double>>(cells.numbers)[row]);
    }
    return std::visit([&](const auto& numbers) { return ShownNumber(numbers[row]); },
                      cells.numbers);
  }

  const std::vector<Field> fields_;
  const Terminal terminal_;
  Output& output_;
  TextTable table_;
  uint64_t left_out_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> MakePeopleWriter(std::vector<Field> fields, const Terminal& terminal,
                                              Output& output) {
  return std::make_unique<PeopleWriter>(std::move(fields), terminal, output);
}

}  // namespace stepscope
