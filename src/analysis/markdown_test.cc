#include "analysis/markdown.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/safe_html.h"

namespace stepscope {
namespace {

using std::string_literals::operator""s;

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What tensorboard.plugin_util.markdown_to_safe_html of TensorBoard 2.21.0 answered.
TEST(MarkdownTest, EqualsUpstream) {
  const Pairs cases = {
      {"", ""},
      {"d", "<p>d</p>"},
      {"The **loss** of *training*", "<p>The <strong>loss</strong> of <em>training</em></p>"},
      {"a  \nb", "<p>a<br>\nb</p>"},
      {"# H1\n\n## H2\ntext", "<h1>H1</h1>\n<h2>H2</h2>\n<p>text</p>"},
      {"| a | b |\n|---|:-:|\n| 1 | \"x\" |",
       "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</"
       "td>\n"
       "<td>\"x\"</td>\n</tr>\n</tbody>\n</table>"},
      {"- x\n- y", "<ul>\n<li>x</li>\n<li>y</li>\n</ul>"},
      {"1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"},
      {"```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"},
      {"> q\n> r", "<blockquote>\n<p>q\nr</p>\n</blockquote>"},
      {"***", "<hr>"},
      {"[l](http://x.y \"t\")", "<p><a href=\"http://x.y\" title=\"t\">l</a></p>"},
      {"![i](http://x/y.png \"t\")", "<p><img alt=\"i\" src=\"http://x/y.png\" title=\"t\"></p>"},
      {"[l](javascript:alert(1))", "<p><a>l</a></p>"},
      {"x <b>bold</b> y", "<p>x &lt;b&gt;bold&lt;/b&gt; y</p>"},
      {"<div>block</div>", "&lt;div&gt;block&lt;/div&gt;"},
      {"<a href=\"JaVaScRiPt:x\" onclick=\"y\" title=\"k\">z</a>", "<p><a title=\"k\">z</a></p>"},
      {"a < b > c & d", "<p>a &lt; b &gt; c &amp; d</p>"},
      {"<em>unclosed", "<p><em>unclosed</em></p>"},
      {"a\0b"s,
       "<!-- WARNING: discarded 1 null bytes in markdown string after UTF-8 decoding "
       "-->\n<p>ab</p>"},
  };
  for (const auto& [markdown, html] : cases) EXPECT_EQ(MarkdownToSafeHtml(markdown), html);
}

TEST(MarkdownTest, TakesInvalidUtf8) {
  EXPECT_EQ(MarkdownToSafeHtml("a\xff"
                               "b"),
            "<p>a\xef\xbf\xbd"
            "b</p>");
}

TEST(MarkdownTest, HostileTextIsBoundedInTimeAndSize) {
  const auto repeat = [](std::string_view piece, size_t bytes) {
    std::string text;
    while (text.size() + piece.size() <= bytes) text += piece;
    return text;
  };
  std::vector<std::string> texts = {repeat("|a", 4000) + "\n" + repeat("|-", 4000) + "\n" +
                                    repeat("a\n", 24000)};
  for (const char* piece : {"[", "![", "> ", "*a ", "_a_", "`", "- ", "[a](", "<a x=\"", "<!--",
                            "&", "\\", "[a]: b\n", "|\n", "| ", "<ul><li>", "*_ ", "\t- "}) {
    texts.push_back(repeat(piece, kMaxMarkdownBytes));
    texts.push_back(repeat(piece, 1 << 20));
  }
  for (const std::string& text : texts) {
    const auto start = std::chrono::steady_clock::now();
    const std::string html = MarkdownToSafeHtml(text);
    // Far above what it takes (40 ms), for sanitizers and busy machines.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5))
        << text.substr(0, 20);
    EXPECT_LT(html.size(), 32 * kMaxMarkdownBytes + 16 * text.size()) << text.substr(0, 20);
  }
}

std::string Repeat(std::string_view piece, size_t count) {
  std::string text;
  while (count-- > 0) text += piece;
  return text;
}

// Small texts that the parser or the renderer makes much of: they are shown as they are.
TEST(MarkdownTest, TextThatExplodesIsShownAsItIs) {
  const std::string wide_head = Repeat("|a", 220) + "\n" + Repeat("|-", 220) + "\n";
  for (const std::string& text : {
           "[a]: /" + std::string(16'000, 'x') + "\n\n" + Repeat("[a]", 5000),
           "[a]: /x '" + Repeat("]:\n", 5000) + "'\n\n" + Repeat("[a]", 5000),
           "[a]: /" + std::string(800, 'x') + "\n\n" + Repeat("![b][a]", 1000),
           wide_head + Repeat("b\n", 220),
           "> " + wide_head + Repeat("> b\n", 220),
       }) {
    const std::string html = MarkdownToSafeHtml(text);
    EXPECT_EQ(html.substr(0, 5), "<pre>") << text.substr(0, 20);
    EXPECT_LE(html.size(), kMaxDescriptionHtmlBytes);
  }
}

TEST(MarkdownTest, UsualReferencesAndTablesAreRendered) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "See [" + std::to_string(i) + "].\n";
  }
  text += "\n";
  for (int i = 0; i < 100; ++i) {
    text += "[" + std::to_string(i) + "]: https://example.com/issues/" + std::to_string(i) + "\n";
  }
  EXPECT_NE(MarkdownToSafeHtml(text).find("<a href=\"https://example.com/issues/99\">99</a>"),
            std::string::npos);
  const std::string table = "|a|b|c|\n|-|-|-|\n" + Repeat("|1|2|3|\n", 1000);
  EXPECT_EQ(MarkdownToSafeHtml(table + "\n" + Repeat("prose\n", 3000)).substr(0, 7), "<table>");
}

TEST(DescriptionRendererTest, KeepsWithinItsLimits) {
  DescriptionRenderer renderer(40);
  EXPECT_EQ(renderer.Render(""), "");
  EXPECT_EQ(renderer.Render("**a**"), "<p><strong>a</strong></p>");  // 25 bytes.
  EXPECT_EQ(renderer.Render("**a**"), kDescriptionLeftOut);          // Repeated ones count.
  EXPECT_EQ(renderer.Render(std::string(100, 'x')), kDescriptionLeftOut);
  EXPECT_EQ(renderer.Render("b"), "<p>b</p>");
}

TEST(DescriptionRendererTest, ShowsTextAsItIsPastWhatItMayParse) {
  DescriptionRenderer renderer(size_t{1} << 30);
  std::vector<std::string> texts;
  for (size_t i = 0; i <= DescriptionRenderer::kMaxRenderedBytes / kMaxMarkdownBytes; ++i) {
    texts.push_back(std::to_string(1000 + i) + std::string(kMaxMarkdownBytes - 4, 'x'));
  }
  for (const std::string& text : texts) {
    EXPECT_EQ(renderer.Render(text).substr(0, 3), &text == &texts.back() ? "<pr" : "<p>");
  }
  EXPECT_EQ(renderer.Render(texts[0]).substr(0, 3), "<p>");
}

TEST(SanitizeHtmlTest, LetsNothingElseThrough) {
  const Pairs cases = {
      {"plain", "plain"},
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"<SCRIPT src=//x>", "&lt;SCRIPT src=//x&gt;"},
      {"<img src=x onerror=alert(1)>", "<img src=\"x\">"},
      {"<img/src=x/onerror=alert(1)>", "<img src=\"x/onerror=alert(1)\">"},
      {"<p onclick='x' class=y>a</p>", "<p>a</p>"},
      {"<a href='java&#115;cript:alert(1)'>x</a>", "<a>x</a>"},
      {"<a href='java&#x0A;script:alert(1)'>x</a>", "<a>x</a>"},
      {"<a href='\x01javascript:alert(1)'>x</a>", "<a>x</a>"},
      {"<a href='javascript&colon;alert(1)'>x</a>",
       "<a href=\"javascript&amp;colon;alert(1)\">x</a>"},
      {"<a href='data:text/html,x'>x</a>", "<a>x</a>"},
      {"<a href='/a:b'>x</a>", "<a href=\"/a:b\">x</a>"},
      {"<a href='mailto:a@b'>x</a>", "<a href=\"mailto:a@b\">x</a>"},
      {"<a title='\"><script>'>x</a>", "<a title=\"&quot;&gt;&lt;script&gt;\">x</a>"},
      {"<a href='x' href='javascript:y'>x</a>", "<a href=\"x\">x</a>"},
      {"<!-- <script> -->a", "a"},
      {"<!-- never closed <p>", ""},
      {"<!DOCTYPE html>", "&lt;!DOCTYPE html&gt;"},
      {"<?php ?>", "&lt;?php ?&gt;"},
      {"<p", "&lt;p"},
      {"<p <b>", "&lt;p &lt;b&gt;"},
      {"</td></p>a", "a"},
      {"<ul><li>a<p>b", "<ul><li>a<p>b</p></li></ul>"},
      {"<em><strong>a</em>b</strong>", "<em><strong>a</strong></em>b"},
      {"&lt;script&gt; &amp;lt; &#60;p&#62; &unknown; &",
       "&lt;script&gt; &amp;lt; &lt;p&gt; "
       "&amp;unknown; &amp;"},
      {"<br/><hr />", "<br><hr>"},
  };
  for (const auto& [html, safe] : cases) EXPECT_EQ(SanitizeHtml(html), safe);
}

TEST(SanitizeHtmlTest, IsAtRestAfterOnePass) {
  for (const char* html : {"<p>a&lt;b</p>", "<a href=\"x\">&amp;lt;</a>", "&lt;script&gt;"}) {
    EXPECT_EQ(SanitizeHtml(SanitizeHtml(html)), SanitizeHtml(html));
  }
}

}  // namespace
}  // namespace stepscope
