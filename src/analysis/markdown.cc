#include "analysis/markdown.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include "analysis/safe_html.h"
#include "base/check.h"
#include "base/strings.h"

namespace stepscope {
namespace {

// Raw HTML goes through here, because the sanitiser comes after.
constexpr int kOptions = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8;

// The parser fills every row up to the width of its table's head, so a wide head above many short
// rows is far more HTML than Markdown.
constexpr size_t kMaxTableCells = 50'000;

// No fewer cells than the tables of `markdown` can have.
size_t CountTableCells(std::string_view markdown) {
  size_t widest = 0;
  const std::vector<std::string_view> lines = Split(markdown, '\n');
  for (const std::string_view line : lines) {
    widest = std::max(widest, static_cast<size_t>(std::count(line.begin(), line.end(), '|')) + 1);
  }
  return widest * lines.size();
}

cmark_syntax_extension* TableExtension() {
  // Registering is not thread-safe, initialising a static is.
  static cmark_syntax_extension* const extension = [] {
    cmark_gfm_core_extensions_ensure_registered();
    return cmark_find_syntax_extension("table");
  }();
  CHECK(extension != nullptr);
  return extension;
}

std::string RenderHtml(std::string_view markdown) {
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
      cmark_parser_new(kOptions), &cmark_parser_free);
  cmark_parser_attach_syntax_extension(parser.get(), TableExtension());
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(
      cmark_parser_finish(parser.get()), &cmark_node_free);
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(document.get(), kOptions, cmark_parser_get_syntax_extensions(parser.get())),
      &std::free);
  return html.get();
}

}  // namespace

std::string MarkdownToSafeHtml(std::string_view markdown) {
  std::string text = ToValidUtf8(markdown);
  const size_t nul_bytes = std::erase(text, '\0');
  const bool is_reasonable =
      text.size() <= kMaxMarkdownBytes && CountTableCells(text) <= kMaxTableCells;
  std::string html =
      is_reasonable ? SanitizeHtml(RenderHtml(text)) : "<pre>" + EscapeHtml(text) + "</pre>";
  while (html.ends_with('\n')) html.pop_back();
  if (nul_bytes == 0) return html;
  return "<!-- WARNING: discarded " + std::to_string(nul_bytes) +
         " null bytes in markdown string after UTF-8 decoding -->\n" + html;
}

}  // namespace stepscope
