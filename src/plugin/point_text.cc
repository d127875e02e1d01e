#include "plugin/point_text.h"

#include <charconv>

#include "base/strings.h"
#include "http/response.h"

namespace stepscope {
namespace {

template <typename T>
void AppendInteger(T number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

// False when the point's value is no integer.
bool AppendIntegerValue(const ExactPoint& point, std::string& out) {
  if (point.type == ValueType::kInt64) {
    AppendInteger(static_cast<int64_t>(point.integer), out);
  } else if (point.type == ValueType::kUint64) {
    AppendInteger(point.integer, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void AppendCsvRow(const ExactPoint& point, std::string& out) {
  out += FormatDouble(point.wall_time);
  out += ',';
  AppendInteger(point.step, out);
  out += ',';
  if (point.type == ValueType::kBool) {
    out += point.integer == 0 ? "False" : "True";
  } else if (!AppendIntegerValue(point, out)) {
    out += FormatDouble(point.as_double);
  }
  out += "\r\n";
}

void AppendJsonPoint(const ExactPoint& point, std::string& out) {
  out += '[';
  AppendJsonNumber(point.wall_time, out);
  out += ", ";
  AppendInteger(point.step, out);
  out += ", ";
  AppendJsonValue(point, out);
  out += ']';
}

void AppendJsonValue(const ExactPoint& point, std::string& out) {
  if (point.type == ValueType::kBool) {
    out += point.integer == 0 ? "false" : "true";
  } else if (!AppendIntegerValue(point, out)) {
    AppendJsonNumber(point.as_double, out);
  }
}

}  // namespace stepscope
