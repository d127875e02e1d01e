// An object a row, in an array or a line each. Missing cells are null; numbers read back exactly;
// what JSON has no number for is "NaN", "Infinity" or "-Infinity", as in our HTTP interface.
#include <charconv>
#include <utility>

#include "app/table_writer.h"
#include "http/response.h"

namespace stepscope {
namespace {

template <typename T>
void AppendNumber(T number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}
void AppendNumber(double number, std::string& out) { AppendJsonNumber(number, out); }
void AppendNumber(uint8_t truth, std::string& out) { out += truth != 0 ? "true" : "false"; }

class JsonWriter final : public TableWriter {
 public:
  JsonWriter(const std::vector<Field>& fields, bool is_lines, Output& output)
      : is_lines_(is_lines), output_(output) {
    for (const Field& field : fields) {
      std::string key = keys_.empty() ? "{" : ", ";
      AppendJsonString(field.name, key);
      keys_.push_back(key + ": ");
    }
  }

  void AddRows(size_t count, std::span<const Cells> cells) override {
    // What stands before each cell's number: the keys, with the texts, which are the same in all
    // rows.
    before_.assign(keys_.begin(), keys_.end());
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].text) AppendJsonString(*cells[i].text, before_[i]);
      if (!cells[i].text && cells[i].is_missing) before_[i] += "null";
    }
    rows_.clear();
    for (size_t row = 0; row < count; ++row) {
      if (!is_lines_) rows_ += is_first_ ? "[\n" : ",\n";
      is_first_ = false;
      for (size_t i = 0; i < cells.size(); ++i) {
        rows_ += before_[i];
        if (cells[i].text || cells[i].is_missing) continue;
        std::visit([&](const auto& numbers) { AppendNumber(numbers[row], rows_); },
                   cells[i].numbers);
      }
      rows_ += is_lines_ ? "}\n" : "}";
    }
    output_.Write(rows_);
  }

  void End() override {
    if (!is_lines_) output_.Write(is_first_ ? "[]\n" : "\n]\n");
  }

 private:
  const bool is_lines_;
  Output& output_;
  std::vector<std::string> keys_;
  std::vector<std::string> before_;
  std::string rows_;
  bool is_first_ = true;
};

}  // namespace

std::unique_ptr<TableWriter> MakeJsonWriter(const std::vector<Field>& fields, bool is_lines,
                                            Output& output) {
  return std::make_unique<JsonWriter>(fields, is_lines, output);
}

}  // namespace stepscope
