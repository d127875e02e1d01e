// Markdown of users as HTML that is safe to put into a page, as TensorBoard shows it
// (tensorboard/plugin_util.py): CommonMark with tables and fenced code, then the sanitiser.
#pragma once

#include <string>
#include <string_view>

namespace stepscope {

// Text longer than this, or with tables of very many cells, is shown as it is, in a <pre>: nobody
// reads it as prose, and there are inputs that take a Markdown parser quadratic time.
inline constexpr size_t kMaxMarkdownBytes = 32 * 1024;

// Safe HTML in valid UTF-8 without a newline at the end; "" stays "". NUL bytes are dropped, with a
// comment in front that says so.
std::string MarkdownToSafeHtml(std::string_view markdown);

}  // namespace stepscope
