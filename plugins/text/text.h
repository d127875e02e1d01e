// The text dashboard: words, step by step, read as Markdown. Reference: tensorboard/plugins/text.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/markdown.h"
#include "base/result.h"
#include "plugin/plugin.h"
#include "store/stored_value.h"

namespace stepscope {

extern const Plugin kText;

bool IsTextSeries(const Series& series);

// Makes the values of one answer into HTML, within limits for all of them. Not thread-safe.
class TextRenderer {
 public:
  // A table's cells are rendered one by one, and take a few microseconds each.
  static constexpr uint64_t kMaxAnswerCells = 1 << 17;
  static constexpr size_t kMaxAnswerHtmlBytes = 32 << 20;

  explicit TextRenderer(bool is_markdown) : is_markdown_(is_markdown) {}

  // Safe HTML: of a single string what it says, of a vector a table of one column, of a matrix a
  // table; of more dimensions the first matrix, with a warning in front. INVALID_ARGUMENT: no
  // strings. RESOURCE_EXHAUSTED: past a limit. `value` must outlive this.
  Result<std::string> Render(const StoredValue& value);

 private:
  // Without the NUL bytes, which are counted.
  std::string RenderCell(std::string_view text, size_t& nul_bytes);

  const bool is_markdown_;
  uint64_t cells_left_ = kMaxAnswerCells;
  size_t html_bytes_left_ = kMaxAnswerHtmlBytes;
  DescriptionRenderer markdown_{kMaxAnswerHtmlBytes};
};

}  // namespace stepscope
