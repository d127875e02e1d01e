#include "app/table_writer.h"

#include <utility>

#include "base/check.h"

namespace stepscope {

std::unique_ptr<TableWriter> MakeTableWriter(OutputFormat format, std::vector<Field> fields,
                                             const Terminal& terminal, Output& output) {
  switch (format) {
    case OutputFormat::kTable:
      return MakePeopleWriter(std::move(fields), terminal, output);
    case OutputFormat::kCsv:
      return MakeCsvWriter(fields, output);
    case OutputFormat::kJson:
      return MakeJsonWriter(fields, /*is_lines=*/false, output);
    case OutputFormat::kJsonLines:
      return MakeJsonWriter(fields, /*is_lines=*/true, output);
    case OutputFormat::kArrow:
      return MakeArrowWriter(std::move(fields), output);
  }
  CHECK(false);
}

}  // namespace stepscope
