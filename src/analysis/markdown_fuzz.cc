// Whatever the Markdown: no tag but those on the list, all of them closed, and a second pass of the
// sanitiser changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analysis/markdown.h"
#include "analysis/safe_html.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string html = stepscope::MarkdownToSafeHtml(input);
  const size_t comment = html.starts_with("<!-- WARNING") ? html.find("-->\n") + 4 : 0;
  const std::string_view body = std::string_view(html).substr(comment);
  CHECK(stepscope::SanitizeHtml(body) == body);

  const std::string direct = stepscope::SanitizeHtml(input);
  CHECK(stepscope::SanitizeHtml(direct) == direct);
  for (const char* hostile : {"<script", "<iframe", "<svg", "<style", "<!--"}) {
    CHECK(direct.find(hostile) == std::string::npos);
  }
  return 0;
}
