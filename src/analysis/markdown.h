// Markdown of users as HTML that is safe to put into a page, as TensorBoard shows it
// (tensorboard/plugin_util.py): CommonMark with tables and fenced code, then the sanitiser.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace stepscope {

// Text longer than this, with tables that lack very many cells, or of which more than
// kMaxDescriptionHtmlBytes would become, is shown as it is, in a <pre>: nobody reads it as prose,
// and there are inputs that take a Markdown parser quadratic time.
inline constexpr size_t kMaxMarkdownBytes = 32 * 1024;
inline constexpr size_t kMaxDescriptionHtmlBytes = 256 * 1024;

// Safe HTML in valid UTF-8 without a newline at the end; "" stays "". NUL bytes are dropped, with a
// comment in front that says so.
std::string MarkdownToSafeHtml(std::string_view markdown);

// The comment that says so; "" for none.
std::string NulBytesWarning(size_t nul_bytes);

// What stands for a description that an answer has no room for.
inline constexpr std::string_view kDescriptionLeftOut =
    "<p>Left out: the descriptions are too long for one answer.</p>";

// The descriptions of one answer, each distinct one rendered once, within limits for all of them.
// Not thread-safe.
class DescriptionRenderer {
 public:
  // The parser is given no more than this for one answer, which takes it about a second at worst.
  static constexpr size_t kMaxRenderedBytes = 1024 * 1024;

  // `max_html_bytes` counts every description that Render() returns, repeated ones too.
  explicit DescriptionRenderer(size_t max_html_bytes) : html_bytes_left_(max_html_bytes) {}

  // As MarkdownToSafeHtml; past kMaxRenderedBytes of Markdown the text as it is, past the limit of
  // HTML kDescriptionLeftOut. `markdown` must outlive this, and the answer does not.
  std::string_view Render(std::string_view markdown);

 private:
  const std::string& RenderNew(std::string_view markdown);

  size_t html_bytes_left_;
  size_t markdown_bytes_left_ = kMaxRenderedBytes;
  std::unordered_map<std::string_view, std::string> html_;
};

}  // namespace stepscope
