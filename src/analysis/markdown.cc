#include "analysis/markdown.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
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
// rows is far more HTML than Markdown. This many cells may be filled in.
constexpr size_t kMaxFilledCells = 2000;

// The parser copies the address and the title of a definition, `[a]: /address "title"`, into each
// of its uses. The first limit bounds what it may copy, the second what it did.
constexpr size_t kMaxCopiedBytes = 8 * 1024 * 1024;
constexpr size_t kMaxAddressBytes = kMaxDescriptionHtmlBytes;

// Upper bounds of what the parser makes of a text.
struct Growth {
  size_t filled_cells = 0;
  size_t copied_bytes = 0;
};

Growth BoundGrowth(std::string_view markdown) {
  Growth growth;
  size_t longest_definition = 0;
  // Neither a table nor a definition goes on behind a blank line.
  size_t lines = 0;
  size_t pipes = 0;
  size_t most_pipes = 0;  // Of a line, which then has at most one cell more.
  size_t bytes = 0;
  bool has_definition = false;
  const auto end_block = [&] {
    if (pipes > 0) growth.filled_cells += lines * (most_pipes + 1) - pipes;
    if (has_definition) longest_definition = std::max(longest_definition, bytes);
    lines = pipes = most_pipes = bytes = 0;
    has_definition = false;
  };
  for (const std::string_view line : Split(markdown, '\n')) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      end_block();
      continue;
    }
    ++lines;
    const auto line_pipes = static_cast<size_t>(std::count(line.begin(), line.end(), '|'));
    pipes += line_pipes;
    most_pipes = std::max(most_pipes, line_pipes);
    bytes += line.size() + 1;
    has_definition |= line.find("]:") != std::string_view::npos;
  }
  end_block();
  growth.copied_bytes =
      longest_definition * static_cast<size_t>(std::count(markdown.begin(), markdown.end(), ']'));
  return growth;
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

size_t CountAddressBytes(cmark_node* document) {
  const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> walk(cmark_iter_new(document),
                                                                     &cmark_iter_free);
  size_t bytes = 0;
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    cmark_node* const node = cmark_iter_get_node(walk.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (event != CMARK_EVENT_ENTER || (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE)) {
      continue;
    }
    bytes += std::string_view(cmark_node_get_url(node)).size() +
             std::string_view(cmark_node_get_title(node)).size();
  }
  return bytes;
}

// Nothing where the HTML is out of proportion.
std::optional<std::string> RenderHtml(std::string_view markdown) {
  const Growth growth = BoundGrowth(markdown);
  if (growth.filled_cells > kMaxFilledCells || growth.copied_bytes > kMaxCopiedBytes) {
    return std::nullopt;
  }
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
      cmark_parser_new(kOptions), &cmark_parser_free);
  cmark_parser_attach_syntax_extension(parser.get(), TableExtension());
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(
      cmark_parser_finish(parser.get()), &cmark_node_free);
  if (CountAddressBytes(document.get()) > kMaxAddressBytes) return std::nullopt;
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(document.get(), kOptions, cmark_parser_get_syntax_extensions(parser.get())),
      &std::free);
  std::string safe = SanitizeHtml(html.get());
  if (safe.size() > kMaxDescriptionHtmlBytes) return std::nullopt;
  return safe;
}

// `may_render`: else the text is shown as it is.
std::string ToSafeHtml(std::string_view markdown, bool may_render) {
  std::string text = ToValidUtf8(markdown);
  const size_t nul_bytes = std::erase(text, '\0');
  std::optional<std::string> rendered;
  if (may_render && text.size() <= kMaxMarkdownBytes) rendered = RenderHtml(text);
  std::string html = rendered ? *std::move(rendered) : "<pre>" + EscapeHtml(text) + "</pre>";
  while (html.ends_with('\n')) html.pop_back();
  return NulBytesWarning(nul_bytes) + html;
}

}  // namespace

std::string NulBytesWarning(size_t nul_bytes) {
  if (nul_bytes == 0) return "";
  return "<!-- WARNING: discarded " + std::to_string(nul_bytes) +
         " null bytes in markdown string after UTF-8 decoding -->\n";
}

std::string MarkdownToSafeHtml(std::string_view markdown) {
  return ToSafeHtml(markdown, /*may_render=*/true);
}

std::string_view DescriptionRenderer::Render(std::string_view markdown) {
  if (markdown.empty()) return "";
  const auto known = html_.find(markdown);
  if (known == html_.end() && markdown.size() > html_bytes_left_) return kDescriptionLeftOut;
  const std::string& html = known == html_.end() ? RenderNew(markdown) : known->second;
  if (html.size() > html_bytes_left_) return kDescriptionLeftOut;
  html_bytes_left_ -= html.size();
  return html;
}

const std::string& DescriptionRenderer::RenderNew(std::string_view markdown) {
  const bool may_render = markdown.size() <= markdown_bytes_left_;
  if (may_render && markdown.size() <= kMaxMarkdownBytes) markdown_bytes_left_ -= markdown.size();
  return html_.emplace(markdown, ToSafeHtml(markdown, may_render)).first->second;
}

}  // namespace stepscope
