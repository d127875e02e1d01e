#include "plugin/compat_answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "analysis/markdown.h"

namespace stepscope {
namespace {

// All runs' tags are one answer. A thousand runs of a hundred described tags fit.
constexpr size_t kMaxTagsHtmlBytes = 32 * 1024 * 1024;

bool IsInteger(DataType dtype) {
  switch (dtype) {
    case DataType::kInt8:
    case DataType::kInt16:
    case DataType::kInt32:
    case DataType::kInt64:
    case DataType::kUint8:
    case DataType::kUint16:
    case DataType::kUint32:
    case DataType::kUint64:
      return true;
    default:
      return false;
  }
}

}  // namespace

Response JsonResponse(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

std::string PythonRepr(std::optional<std::string_view> text) {
  if (!text) return "None";
  const bool has_single = text->find('\'') != std::string_view::npos;
  const char quote = has_single && text->find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : *text) {
    constexpr char kHex[] = "0123456789abcdef";
    const auto byte = static_cast<uint8_t>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + quote;
}

Result<RunAndTag> RequireRunAndTag(const Request& request) {
  const auto tag = request.Query("tag");
  const auto run = request.Query("run");
  if (!tag || !run) {
    return Error{Code::kInvalidArgument, "Both run and tag must be specified: tag=" +
                                             PythonRepr(tag) + ", run=" + PythonRepr(run)};
  }
  return RunAndTag{*run, *tag};
}

void AppendSeparator(std::string& out) {
  if (!out.ends_with('[') && !out.ends_with('{')) out += ", ";
}

void AppendTensorNumber(DataType dtype, double number, std::string& out) {
  if (dtype == DataType::kBool) {
    out += number != 0 ? "true" : "false";
    return;
  }
  if (!IsInteger(dtype)) return AppendJsonNumber(number, out);
  // A double of an integer has at most 20 digits.
  char digits[32];
  out.append(digits,
             std::to_chars(digits, digits + sizeof(digits), number, std::chars_format::fixed).ptr);
}

void AppendTensorNumbers(DataType dtype, std::span<const double> numbers, std::string& out) {
  const bool is_real = dtype != DataType::kBool && !IsInteger(dtype);
  out += '[';
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_real) {
      AppendJsonNumber(numbers[i], out);
    } else {
      AppendTensorNumber(dtype, numbers[i], out);
    }
  }
  out += ']';
}

Result<Response> TagsResponse(const Context& context, SeriesFinder::Accepts accepts,
                              void (*append_more)(const Series&, std::string&)) {
  DescriptionRenderer descriptions(kMaxTagsHtmlBytes);
  std::string body = "{";
  for (const auto& run : context.snapshot.runs) {
    if (std::ranges::none_of(run->series, accepts)) continue;
    AppendSeparator(body);
    AppendJsonString(run->name, body);
    body += ": {";
    bool is_first = true;
    for (const Series& series : run->series) {
      const SeriesInfo& info = *series.info;
      if (!accepts(series) || info.is_hidden) continue;
      if (!std::exchange(is_first, false)) body += ", ";
      AppendJsonString(info.tag, body);
      body += R"(: {"displayName": )";
      AppendJsonString(info.display_name, body);
      body += R"(, "description": )";
      AppendJsonString(descriptions.Render(info.description), body);
      if (append_more != nullptr) append_more(series, body);
      body += '}';
    }
    body += '}';
  }
  body += '}';
  return JsonResponse(std::move(body));
}

}  // namespace stepscope
