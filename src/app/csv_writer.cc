// RFC 4180 with '\n' line ends: a header, then a row a line. Missing cells are empty; numbers read
// back exactly; nan, inf, -inf, true, false.
#include <charconv>
#include <utility>

#include "app/table_writer.h"
#include "base/strings.h"

namespace stepscope {
namespace {

void AppendText(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

template <typename T>
void AppendNumber(T number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}
void AppendNumber(double number, std::string& out) { AppendDouble(number, out); }
void AppendNumber(uint8_t truth, std::string& out) { out += truth != 0 ? "true" : "false"; }

class CsvWriter final : public TableWriter {
 public:
  CsvWriter(const std::vector<Field>& fields, Output& output) : output_(output) {
    for (const Field& field : fields) {
      if (!rows_.empty()) rows_ += ',';
      AppendText(field.name, rows_);
    }
    rows_ += '\n';
    output_.Write(rows_);
  }

  void AddRows(size_t count, std::span<const Cells> cells) override {
    texts_.assign(cells.size(), "");
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].text) AppendText(*cells[i].text, texts_[i]);
    }
    rows_.clear();
    for (size_t row = 0; row < count; ++row) {
      for (size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) rows_ += ',';
        if (cells[i].text) {
          rows_ += texts_[i];
        } else if (!cells[i].is_missing) {
          std::visit([&](const auto& numbers) { AppendNumber(numbers[row], rows_); },
                     cells[i].numbers);
        }
      }
      rows_ += '\n';
    }
    output_.Write(rows_);
  }
  void End() override {}

 private:
  Output& output_;
  std::vector<std::string> texts_;
  std::string rows_;
};

}  // namespace

std::unique_ptr<TableWriter> MakeCsvWriter(const std::vector<Field>& fields, Output& output) {
  return std::make_unique<CsvWriter>(fields, output);
}

}  // namespace stepscope
