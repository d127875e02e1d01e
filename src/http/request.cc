#include "http/request.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace stepscope {
namespace {

// More fields than any page sends (the Time Series tab sends one, scalars 64 runs); it bounds what
// an 8 MiB body of "&&&&" can cost.
constexpr size_t kMaxFields = 100'000;

using Fields = std::vector<std::pair<std::string, std::string>>;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> DecodePercent(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error{Code::kInvalidArgument, "the URL has a '%' without two hexadecimal digits"};
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return Error{Code::kInvalidArgument, "the URL has a NUL byte"};
    decoded.push_back(c);
  }
  return decoded;
}

// "a=1&b=x+y"; empty parts between '&' are skipped, a part without '=' has an empty value.
Result<Fields> DecodeFields(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    if (fields.size() == kMaxFields) {
      return Error{Code::kInvalidArgument, "too many fields in one request"};
    }
    const size_t equals = std::min(part.find('='), part.size());
    ASSIGN_OR_RETURN(std::string name, DecodePercent(part.substr(0, equals), true));
    const std::string_view raw = part.substr(std::min(equals + 1, part.size()));
    ASSIGN_OR_RETURN(std::string value, DecodePercent(raw, true));
    fields.emplace_back(std::move(name), std::move(value));
  }
  return fields;
}

// `key` of `form-data; name="a b"; filename=x`. Browsers write '"' inside a name as %22, and others
// as \"; both are read.
std::optional<std::string> HeaderParameter(std::string_view header, std::string_view key) {
  size_t at = header.find(';');
  while (at < header.size()) {
    ++at;
    at = std::min(header.find_first_not_of(" \t", at), header.size());
    const size_t name_end = std::min(header.find_first_of("=;", at), header.size());
    const std::string name = AsciiLower(StripWhitespace(header.substr(at, name_end - at)));
    std::string value;
    at = name_end;
    if (at < header.size() && header[at] == '=') {
      ++at;
      if (at < header.size() && header[at] == '"') {
        for (++at; at < header.size() && header[at] != '"'; ++at) {
          if (header[at] == '\\' && at + 1 < header.size()) ++at;
          value.push_back(header[at]);
        }
        at = header.find(';', std::min(at, header.size()));
      } else {
        const size_t end = std::min(header.find(';', at), header.size());
        value = StripWhitespace(header.substr(at, end - at));
        at = end;
      }
    }
    if (name == key) return value;
  }
  return std::nullopt;
}

Error BadMultipart(std::string_view why) {
  return Error{Code::kInvalidArgument, "the multipart form is damaged: " + std::string(why)};
}

// One part: header lines, an empty line, the value.
Result<std::optional<std::string>> PartName(std::string_view header_lines) {
  for (const std::string_view line : Split(header_lines, '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (AsciiLower(StripWhitespace(line.substr(0, colon))) != "content-disposition") continue;
    return HeaderParameter(StripWhitespace(line.substr(colon + 1)), "name");
  }
  return BadMultipart("a part has no Content-Disposition");
}

Result<Fields> DecodeMultipart(std::string_view body, std::string_view boundary) {
  constexpr size_t kMaxBoundaryBytes = 70;  // RFC 2046, section 5.1.1.
  if (boundary.empty() || boundary.size() > kMaxBoundaryBytes) {
    return BadMultipart("its boundary is missing or too long");
  }
  const std::string opening = "--" + std::string(boundary);
  const std::string separator = "\r\n" + opening;
  if (!body.starts_with(opening)) {
    const size_t preamble_end = body.find(separator);
    if (preamble_end == std::string_view::npos) return BadMultipart("it has no parts");
    body.remove_prefix(preamble_end + 2);
  }
  body.remove_prefix(opening.size());

  Fields fields;
  while (!body.starts_with("--")) {
    const size_t line_end = body.find("\r\n");  // White space may follow a boundary.
    if (line_end == std::string_view::npos ||
        body.substr(0, line_end).find_first_not_of(" \t") != std::string_view::npos) {
      return BadMultipart("a boundary does not end its line");
    }
    body.remove_prefix(line_end);
    const size_t header_end = body.find("\r\n\r\n");
    const size_t part_end =
        header_end == std::string_view::npos ? header_end : body.find(separator, header_end + 2);
    if (part_end == std::string_view::npos) return BadMultipart("it ends inside a part");
    if (fields.size() == kMaxFields) {
      return Error{Code::kInvalidArgument, "too many fields in one request"};
    }
    ASSIGN_OR_RETURN(std::optional<std::string> name, PartName(body.substr(0, header_end)));
    if (!name) return BadMultipart("a part has no name");
    const size_t begin = std::min(header_end + 4, part_end);
    fields.emplace_back(*std::move(name), body.substr(begin, part_end - begin));
    body.remove_prefix(part_end + separator.size());
  }
  return fields;
}

}  // namespace

std::optional<std::string_view> Request::Query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::QueryAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string_view> Request::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<int64_t> Request::QueryInt(std::string_view name, int64_t fallback, int64_t low,
                                  int64_t high) const {
  const auto text = Query(name);
  if (!text || text->empty()) return fallback;
  const auto value = ParseInt64(*text);
  if (!value || *value < low || *value > high) {
    return Error{Code::kInvalidArgument, std::string(name) + " must be a whole number from " +
                                             std::to_string(low) + " to " + std::to_string(high)};
  }
  return *value;
}

Status Request::CheckWanted() const {
  if (stop.stop_requested()) return Error{Code::kCancelled, "nobody waits for the answer any more"};
  return {};
}

Status Request::Announce(std::chrono::nanoseconds estimate, uint64_t units) const {
  if (job == nullptr || estimate <= Job::kLong) return {};
  job->Begin(units);
  if (job->is_admitted()) return {};
  return Error{Code::kAborted, "this takes longer than a quick question may"};
}

bool Request::WantsJson() const {
  const std::string accept = AsciiLower(Header("accept").value_or(""));
  return accept.find("application/json") <= accept.find("application/vnd.stepscope.columns");
}

Result<Target> ParseTarget(std::string_view target) {
  if (!target.starts_with('/')) {
    return Error{Code::kInvalidArgument, "the URL's path must begin with '/'"};
  }
  const auto is_forbidden = [](char c) {
    return static_cast<uint8_t>(c) <= 0x20 || c == 0x7f || c == '#';
  };
  if (std::ranges::any_of(target, is_forbidden)) {
    return Error{Code::kInvalidArgument, "the URL has a character that must be escaped"};
  }
  const size_t path_end = std::min(target.find('?'), target.size());
  Target parsed;
  ASSIGN_OR_RETURN(parsed.path, DecodePercent(target.substr(0, path_end), false));
  for (const std::string_view segment : Split(parsed.path, '/')) {
    if (segment == "." || segment == "..") {
      return Error{Code::kInvalidArgument, "the URL's path must not have '.' or '..' in it"};
    }
  }
  const std::string_view query = target.substr(std::min(path_end + 1, target.size()));
  ASSIGN_OR_RETURN(parsed.query, DecodeFields(query));
  return parsed;
}

Result<Fields> ParseForm(const Request& request) {
  const std::string_view header = request.Header("content-type").value_or("");
  const std::string type = AsciiLower(StripWhitespace(header.substr(0, header.find(';'))));
  if (type == "application/x-www-form-urlencoded") return DecodeFields(request.body);
  if (type == "multipart/form-data") {
    return DecodeMultipart(request.body, HeaderParameter(header, "boundary").value_or(""));
  }
  return Fields();
}

}  // namespace stepscope
