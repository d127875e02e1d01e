#include "plugins/text/text.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/safe_html.h"
#include "plugin/content_version.h"
#include "plugins/text/compat.h"

namespace stepscope {
namespace {

constexpr std::string_view kPluginName = "text";
constexpr std::string_view kReads[] = {kPluginName};

constexpr Route kCompatRoutes[] = {
    {"tags", CompatTextTags},
    {"text", CompatText},
};

// The warning of tensorboard/plugins/text/text_plugin.py, rendered.
std::string RankWarning(size_t rank) {
  return "<p><strong>Warning:</strong> This text summary contained data of dimensionality " +
         std::to_string(rank) +
         ", but only   2d tables are supported. Showing a 2d slice of the data instead.</p>";
}

Error TooMuch(const std::string& what) {
  return {Code::kResourceExhausted, "the texts asked for have more than " + what +
                                        "; ask for fewer with --samples_per_plugin"};
}

// Without NUL bytes, and lines that end in one way, as upstream's HTML parser reads them.
std::string ToPlain(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') continue;
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    plain += text[i] == '\r' ? '\n' : text[i];
  }
  return plain;
}

std::string Table(std::span<const std::string> cells, size_t columns) {
  std::string html = "<table>\n<tbody>\n";
  for (size_t at = 0; at < cells.size(); at += columns) {
    html += "<tr>\n";
    for (const std::string& cell : cells.subspan(at, columns)) {
      html.append("<td>").append(cell).append("</td>\n");
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>";
}

}  // namespace

bool IsTextSeries(const Series& series) {
  const SeriesInfo& info = *series.info;
  return info.kind == SeriesKind::kTensor && info.data_class == DataClass::kTensor &&
         info.plugin_name == kPluginName;
}

std::string TextRenderer::RenderCell(std::string_view text, size_t& nul_bytes) {
  if (!is_markdown_) return ToPlain(text);  // The table is made safe as a whole.
  const auto count = static_cast<size_t>(std::ranges::count(text, '\0'));
  if (count == 0) return std::string(markdown_.Render(text));
  nul_bytes += count;
  std::string without(text);
  std::erase(without, '\0');
  return MarkdownToSafeHtml(without);
}

Result<std::string> TextRenderer::Render(const StoredValue& value) {
  ASSIGN_OR_RETURN(const std::vector<std::string_view> strings,
                   value.tensor().Strings(kMaxAnswerCells));
  const std::vector<int64_t>& shape = value.tensor().shape();
  // The last two dimensions' first slice; they fit, for their product is the number of strings.
  const size_t columns = shape.size() < 2 ? 1 : static_cast<size_t>(shape.back());
  const size_t rows =
      shape.empty() ? 1 : static_cast<size_t>(shape[shape.size() < 2 ? 0 : shape.size() - 2]);
  const size_t count = strings.empty() ? 0 : rows * columns;
  if (count > cells_left_) return TooMuch(std::to_string(kMaxAnswerCells) + " cells");
  cells_left_ -= count;

  size_t nul_bytes = 0;
  std::vector<std::string> cells;
  cells.reserve(count);
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    cells.push_back(RenderCell(strings[i], nul_bytes));
    bytes += cells.back().size();
    if (bytes > html_bytes_left_) return TooMuch(std::to_string(kMaxAnswerHtmlBytes) + " bytes");
  }
  html_bytes_left_ -= bytes;
  std::string html = shape.empty() ? cells.front() : Table(cells, columns);
  if (!is_markdown_) html = SanitizeHtml(html);
  html = NulBytesWarning(nul_bytes) + html;
  return shape.size() > 2 ? RankWarning(shape.size()) + html : html;
}

const Plugin kText = {
    .name = kPluginName,
    .reads = kReads,
    .compat_routes = kCompatRoutes,
    .compat_listing = {.tab_name = "text",
                       .loading_type = "CUSTOM_ELEMENT",
                       .element_name = "tf-text-dashboard"},
    .check = CheckContentVersionOrJson,
};

}  // namespace stepscope
