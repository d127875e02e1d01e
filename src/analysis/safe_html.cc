#include "analysis/safe_html.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace stepscope {
namespace {

// Deeper elements than this come out as text: browsers take time that is quadratic in the depth.
constexpr size_t kMaxOpenElements = 100;

constexpr std::string_view kVoidTags[] = {"hr", "br", "img"};
constexpr std::string_view kTags[] = {"ul",    "ol", "li",     "p",  "pre", "code",  "blockquote",
                                      "h1",    "h2", "h3",     "h4", "h5",  "h6",    "hr",
                                      "br",    "em", "strong", "a",  "img", "table", "thead",
                                      "tbody", "td", "tr",     "th"};
constexpr std::string_view kLinkAttributes[] = {"href", "title"};
constexpr std::string_view kImageAttributes[] = {"alt", "src", "title"};  // Upstream's order.
constexpr std::string_view kSchemes[] = {"http", "https", "mailto"};

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::span<const std::string_view> AllowedAttributes(std::string_view tag) {
  if (tag == "a") return kLinkAttributes;
  if (tag == "img") return kImageAttributes;
  return {};
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// The blanks of HTML.
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

void AppendUtf8(uint32_t code, std::string& out) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// The character that "#65", "#x41" or "amp" stands for; nothing for other names.
std::optional<uint32_t> EntityCode(std::string_view name) {
  constexpr std::pair<std::string_view, uint32_t> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xa0}};
  for (const auto& [known, code] : kNamed) {
    if (name == known) return code;
  }
  constexpr size_t kMaxDigits = 7;  // 0x10ffff has six, 1114111 seven.
  if (name.size() < 2 || name[0] != '#') return std::nullopt;
  const bool is_hex = name[1] == 'x' || name[1] == 'X';
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  uint32_t code = 0;
  for (const char c : digits) {
    const int digit = IsDigit(c)                                     ? c - '0'
                      : is_hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                                     : -1;
    if (digit < 0) return std::nullopt;
    code = code * (is_hex ? 16 : 10) + static_cast<uint32_t>(digit);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code == 0 || is_surrogate || code > 0x10ffff ? 0xfffd : code;
}

// The text that `source` stands for, entities replaced. Those that are unknown stay as they are,
// and are text from then on.
std::string Decode(std::string_view source) {
  constexpr size_t kMaxEntityBytes = 12;
  std::string out;
  for (size_t i = 0; i < source.size();) {
    if (source[i] == '&') {
      const size_t end = source.substr(0, i + kMaxEntityBytes).find(';', i);
      if (end != std::string_view::npos) {
        if (const auto code = EntityCode(source.substr(i + 1, end - i - 1))) {
          AppendUtf8(*code, out);
          i = end + 1;
          continue;
        }
      }
    }
    out += source[i++];
  }
  return out;
}

void AppendEscaped(std::string_view text, bool in_attribute, std::string& out) {
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && in_attribute) {
      out += "&quot;";
    } else {
      out += c;
    }
  }
}

bool IsSafeAddress(std::string_view address) {
  // What a browser strips before it looks for a scheme.
  std::string plain;
  for (const char c : address) {
    if (static_cast<uint8_t>(c) > 0x20 && c != 0x7f && c != '`') plain += c;
  }
  const size_t colon = plain.find(':');
  if (colon == std::string::npos || plain.find_first_of("/?#") < colon) return true;  // Relative.
  return Contains(kSchemes, AsciiLower(plain.substr(0, colon)));
}

struct Tag {
  std::string name;  // In lower case.
  bool is_closing = false;
  std::vector<std::pair<std::string, std::string>> attributes;  // Decoded values.
  size_t size = 0;                                              // Of the source, from '<' to '>'.
};

// The tag that `html` begins with; nothing where a '<' begins none that is complete.
std::optional<Tag> ParseTag(std::string_view html) {
  constexpr size_t kMaxTagBytes = 8192;  // Bounds the search for an end that may not be there.
  html = html.substr(0, kMaxTagBytes);
  Tag tag;
  size_t i = 1;
  if (i < html.size() && html[i] == '/') {
    tag.is_closing = true;
    ++i;
  }
  const size_t name = i;
  if (i >= html.size() || !IsLetter(html[i])) return std::nullopt;
  while (i < html.size() && (IsLetter(html[i]) || IsDigit(html[i]) || html[i] == '-')) ++i;
  tag.name = AsciiLower(html.substr(name, i - name));
  while (i < html.size()) {
    while (i < html.size() && (IsBlank(html[i]) || html[i] == '/')) ++i;
    if (i >= html.size()) return std::nullopt;
    if (html[i] == '>') {
      tag.size = i + 1;
      return tag;
    }
    const size_t attribute = i;
    while (i < html.size() && !IsBlank(html[i]) && html[i] != '=' && html[i] != '>' &&
           html[i] != '/') {
      if (html[i] == '<' || html[i] == '"' || html[i] == '\'') return std::nullopt;
      ++i;
    }
    const std::string attribute_name = AsciiLower(html.substr(attribute, i - attribute));
    while (i < html.size() && IsBlank(html[i])) ++i;
    std::string_view value;
    if (i < html.size() && html[i] == '=') {
      ++i;
      while (i < html.size() && IsBlank(html[i])) ++i;
      if (i >= html.size()) return std::nullopt;
      if (html[i] == '"' || html[i] == '\'') {
        const size_t end = html.find(html[i], i + 1);
        if (end == std::string_view::npos) return std::nullopt;
        value = html.substr(i + 1, end - i - 1);
        i = end + 1;
      } else {
        const size_t begin = i;
        while (i < html.size() && !IsBlank(html[i]) && html[i] != '>') ++i;
        value = html.substr(begin, i - begin);
      }
    } else if (attribute_name.empty()) {
      return std::nullopt;
    }
    tag.attributes.emplace_back(attribute_name, Decode(value));
  }
  return std::nullopt;
}

class Sanitizer {
 public:
  explicit Sanitizer(std::string_view html) : html_(html) {}

  std::string Run() {
    while (at_ < html_.size()) {
      const size_t next = std::min(html_.find('<', at_), html_.size());
      AppendEscaped(Decode(html_.substr(at_, next - at_)), /*in_attribute=*/false, out_);
      at_ = next;
      if (at_ < html_.size()) TakeMarkup();
    }
    while (!open_.empty()) CloseInnermost();
    return std::move(out_);
  }

 private:
  void TakeMarkup() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) {
      const size_t end = rest.find("-->", 4);
      at_ = end == std::string_view::npos ? html_.size() : at_ + end + 3;
      return;
    }
    const std::optional<Tag> tag = ParseTag(rest);
    if (!tag) {
      out_ += "&lt;";
      ++at_;
      return;
    }
    at_ += tag->size;
    if (!Contains(kTags, tag->name) || !(tag->is_closing ? Close(*tag) : Open(*tag))) {
      AppendEscaped(Decode(rest.substr(0, tag->size)), /*in_attribute=*/false, out_);
    }
  }

  bool Open(const Tag& tag) {
    const bool is_void = Contains(kVoidTags, tag.name);
    if (!is_void && open_.size() == kMaxOpenElements) return false;
    out_ += '<';
    out_ += tag.name;
    for (const std::string_view name : AllowedAttributes(tag.name)) {
      // The first of a name counts.
      const auto found =
          std::find_if(tag.attributes.begin(), tag.attributes.end(),
                       [&](const auto& attribute) { return attribute.first == name; });
      if (found == tag.attributes.end()) continue;
      if ((name == "href" || name == "src") && !IsSafeAddress(found->second)) continue;
      out_.append(" ").append(name).append("=\"");
      AppendEscaped(found->second, /*in_attribute=*/true, out_);
      out_ += '"';
    }
    out_ += '>';
    if (!is_void) open_.push_back(tag.name);
    return true;
  }

  // A tag that closes nothing is left out, as browsers do.
  bool Close(const Tag& tag) {
    if (!Contains(open_, tag.name)) return true;
    while (open_.back() != tag.name) CloseInnermost();
    CloseInnermost();
    return true;
  }

  void CloseInnermost() {
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
  }

  std::string_view html_;
  size_t at_ = 0;
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace

std::string SanitizeHtml(std::string_view html) { return Sanitizer(html).Run(); }

std::string EscapeHtml(std::string_view text) {
  std::string html;
  AppendEscaped(text, /*in_attribute=*/false, html);
  return html;
}

}  // namespace stepscope
