#include "http/response.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

struct HttpError {
  int status;
  std::string_view prefix;  // As TensorBoard's public errors begin (http-api.md 1.3).
};

HttpError ToHttpError(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return {400, "Invalid argument: "};
    case Code::kOutOfRange:
      return {400, "Out of range: "};
    case Code::kUnauthenticated:
      return {401, "Unauthenticated: "};
    case Code::kPermissionDenied:
      return {403, "Permission denied: "};
    case Code::kCancelled:
      return {499, "Cancelled: "};  // As nginx has it, in its log; nobody reads the answer.
    case Code::kNotFound:
      return {404, "Not found: "};
    case Code::kResourceExhausted:
      return {413, "Too large: "};
    case Code::kUnavailable:
      return {503, "Unavailable: "};
    default:
      return {500, "Internal error: "};
  }
}

template <typename T>
void AppendInteger(T value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

void AppendValue(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object: {
      out += '{';
      bool is_first = true;
      for (const auto& [key, member] : value.items()) {
        if (!is_first) out += ',';
        is_first = false;
        AppendJsonString(key, out);
        out += ':';
        AppendValue(member, out);
      }
      out += '}';
      return;
    }
    case Json::value_t::array: {
      out += '[';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        AppendValue(value[i], out);
      }
      out += ']';
      return;
    }
    case Json::value_t::string:
      return AppendJsonString(value.get_ref<const std::string&>(), out);
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::number_integer:
      return AppendInteger(value.get<int64_t>(), out);
    case Json::value_t::number_unsigned:
      return AppendInteger(value.get<uint64_t>(), out);
    case Json::value_t::number_float:
      return AppendJsonNumber(value.get<double>(), out);
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      out += "null";
      return;
  }
}

}  // namespace

void AppendJson(const Json& value, std::string& out) { AppendValue(value, out); }

Response Response::Json(const nlohmann::ordered_json& value) {
  Response response;
  response.content_type = "application/json";
  AppendValue(value, response.body);
  return response;
}

Response Response::Text(int status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

Response Response::FromError(const Error& error) {
  const HttpError http = ToHttpError(error.code);
  Response response = Text(http.status, std::string(http.prefix) + ToValidUtf8(error.message));
  if (http.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

void AppendJsonNumber(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    return;
  }
  // The rules of Python's repr, as in FormatDouble, but without a string for each number: answers
  // have millions.
  char digits[40];
  char* const limit = digits + 32;
  // Counts and steps, mostly.
  constexpr double kMaxInteger = 1LL << 53;
  const double magnitude = std::fabs(value);
  if (magnitude < kMaxInteger && magnitude != 0) {
    if (const auto integer = static_cast<int64_t>(value); static_cast<double>(integer) == value) {
      char* const end = std::to_chars(digits, limit, integer).ptr;
      out.append(digits, std::copy_n(".0", 2, end));
      return;
    }
  }
  const bool is_plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
  char* end = std::to_chars(digits, limit, value, format).ptr;
  if (is_plain && std::find(digits, end, '.') == end) end = std::copy_n(".0", 2, end);
  out.append(digits, end);
}

void AppendJsonString(std::string_view text, std::string& out) {
  const auto is_plain = [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  };
  out += '"';
  size_t plain = 0;
  while (plain < text.size() && is_plain(text[plain])) ++plain;
  out += text.substr(0, plain);
  if (plain < text.size()) {
    for (const char c : ToValidUtf8(text.substr(plain))) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (c == '\n') {
        out += "\\n";
      } else if (c == '\r') {
        out += "\\r";
      } else if (c == '\t') {
        out += "\\t";
      } else if (static_cast<uint8_t>(c) < 0x20) {
        constexpr char kHex[] = "0123456789abcdef";
        out += "\\u00";
        out += kHex[static_cast<uint8_t>(c) >> 4];
        out += kHex[c & 15];
      } else {
        out += c;
      }
    }
  }
  out += '"';
}

}  // namespace stepscope
