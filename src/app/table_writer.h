// The answers of `stepscope query`: one table, written while it is made, in any of the formats that
// docs/cli.md describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/flags.h"
#include "app/output.h"
#include "app/terminal.h"
#include "base/result.h"

namespace stepscope {

enum class CellType : uint8_t { kText, kInt64, kUint64, kFloat64, kBool };

struct Field {
  std::string name;
  CellType type = CellType::kFloat64;  // What formats with typed columns give it.
  bool is_wall_time = false;           // Seconds since the epoch, which people want as a time.
  std::vector<std::string> texts;      // kText: every text that a cell may hold, each once.
};

// The cells of one column in some consecutive rows: one text for all of them, or one number each.
// Numbers may have another type than the field where files hold both.
using Numbers = std::variant<std::span<const int64_t>, std::span<const uint64_t>,
                             std::span<const double>, std::span<const uint8_t>>;  // uint8_t: bool.
struct Cells {
  std::optional<std::string_view> text;  // Valid UTF-8.
  Numbers numbers;
  bool is_missing = false;  // There is nothing in these rows; `numbers` do not count.
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  // As many cells as fields.
  virtual void AddRows(size_t count, std::span<const Cells> cells) = 0;
  virtual void End() = 0;  // Once, after the last row.
};

// Rows beyond this are left out of tables for people, with a line that says so.
inline constexpr size_t kMaxPeopleRows = 10'000;

// Both must outlive it. Whether writing failed, the output knows.
std::unique_ptr<TableWriter> MakeTableWriter(OutputFormat format, std::vector<Field> fields,
                                             const Terminal& terminal, Output& output);

// One maker a format, each in its file.
std::unique_ptr<TableWriter> MakeCsvWriter(const std::vector<Field>& fields, Output& output);
std::unique_ptr<TableWriter> MakeJsonWriter(const std::vector<Field>& fields, bool is_lines,
                                            Output& output);
std::unique_ptr<TableWriter> MakeArrowWriter(std::vector<Field> fields, Output& output);
std::unique_ptr<TableWriter> MakePeopleWriter(std::vector<Field> fields, const Terminal& terminal,
                                              Output& output);

}  // namespace stepscope
