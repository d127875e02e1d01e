#include "plugins/hparams/download.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "base/strings.h"
#include "plugin/compat_answer.h"
#include "plugins/hparams/value.h"

namespace stepscope {
namespace {

using Row = std::vector<Cell>;  // Empty cells are metrics that a group lacks.

struct Sheet {
  Row header;
  std::vector<Row> rows;
};

Cell TextCell(std::string_view text) { return CellValue{.value = ToValidUtf8(text)}; }

bool IsVisible(const std::vector<bool>& visible, size_t column) {
  return column < visible.size() && visible[column];
}

Row RowOf(const hparams::Experiment& experiment, const hparams::SessionGroup& group,
          const std::vector<bool>& visible) {
  std::map<std::pair<std::string_view, std::string_view>, double> metrics;
  for (const hparams::MetricValue& value : group.metric_values()) {
    metrics[{value.name().group(), value.name().tag()}] = value.value();
  }
  Row row;
  size_t column = 0;
  for (const hparams::HParamInfo& info : experiment.hparam_infos()) {
    if (!IsVisible(visible, column++)) continue;
    const auto found = group.hparams().find(info.name());
    const Cell cell = found == group.hparams().end() ? Cell() : ToCellValue(found->second);
    row.push_back(cell ? cell : TextCell(""));
  }
  for (const hparams::MetricInfo& info : experiment.metric_infos()) {
    if (!IsVisible(visible, column++)) continue;
    const auto found = metrics.find({info.name().group(), info.name().tag()});
    row.push_back(found == metrics.end() ? Cell() : CellValue{.value = found->second});
  }
  return row;
}

Sheet MakeSheet(const hparams::Experiment& experiment,
                const hparams::ListSessionGroupsResponse& groups,
                const std::vector<bool>& visible) {
  Sheet sheet;
  size_t column = 0;
  const auto add_header = [&](const auto& info, const std::string& name) {
    if (!IsVisible(visible, column++)) return;
    sheet.header.push_back(TextCell(info.display_name().empty() ? name : info.display_name()));
  };
  for (const auto& info : experiment.hparam_infos()) add_header(info, info.name());
  for (const auto& info : experiment.metric_infos()) add_header(info, info.name().tag());
  for (const auto& group : groups.session_groups()) {
    sheet.rows.push_back(RowOf(experiment, group, visible));
  }
  return sheet;
}

void AppendJsonCell(const Cell& cell, std::string& out) {
  if (!cell) {
    out += "null";
  } else if (cell->is_text()) {
    AppendJsonString(std::get<std::string>(cell->value), out);
  } else if (cell->is_bool) {
    out += *cell == CellValue{.value = 1.0} ? "true" : "false";
  } else {
    AppendJsonNumber(std::get<double>(cell->value), out);
  }
}

void AppendJsonRow(const Row& row, std::string& out) {
  AppendSeparator(out);
  out += '[';
  for (const Cell& cell : row) {
    AppendSeparator(out);
    AppendJsonCell(cell, out);
  }
  out += ']';
}

// As Python's csv module writes it: in quotes where that is needed.
void AppendCsvRow(const Row& row, std::string& out) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    std::string text;
    if (row[i] && row[i]->is_text()) {
      text = std::get<std::string>(row[i]->value);
    } else if (row[i]) {
      const double number = std::get<double>(row[i]->value);
      text = !row[i]->is_bool ? FormatDouble(number) : number != 0 ? "True" : "False";
    }
    const bool is_alone = row.size() == 1 && text.empty();
    if (text.find_first_of(",\"\r\n") == std::string::npos && !is_alone) {
      out += text;
      continue;
    }
    out += '"';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  out += "\r\n";
}

std::string LatexNumber(double number) {
  if (std::isnan(number)) return R"($\mathrm{NaN}$)";
  if (std::isinf(number)) return number < 0 ? R"($-\infty$)" : R"($+\infty$)";
  char digits[32];
  const int length = std::snprintf(digits, sizeof(digits), "%.3g", number);
  const std::string_view text(digits, static_cast<size_t>(length));
  const size_t e = text.find('e');
  if (e == std::string_view::npos) return '$' + std::string(text) + '$';
  const std::string_view exponent = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  return '$' + std::string(text.substr(0, e)) + R"(\cdot 10^{)" +
         std::to_string(ParseInt64(exponent).value_or(0)) + "}$";
}

std::string LatexCell(const Cell& cell) {
  if (!cell) return "-";
  if (!cell->is_text()) return LatexNumber(std::get<double>(cell->value));
  std::string out;
  for (const char c : std::get<std::string>(cell->value)) {
    if (c == '_' || c == '%') out += '\\';
    out += c;
  }
  return out;
}

void AppendLatexRow(const Row& row, std::string_view end, std::string& out) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += " & ";
    out += LatexCell(row[i]);
  }
  out += end;
}

std::string LatexOf(const Sheet& sheet) {
  std::string out = "\\begin{table}[tbp]\n\\begin{tabular}{";
  out.append(sheet.header.size(), 'l');
  out += "}\n";
  AppendLatexRow(sheet.header, " \\\\ \\hline\n", out);
  for (const Row& row : sheet.rows) AppendLatexRow(row, " \\\\\n", out);
  return out + "\\hline\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace

Result<Response> TableResponse(const hparams::Experiment& experiment,
                               const hparams::ListSessionGroupsResponse& groups,
                               std::optional<std::string_view> format,
                               const std::vector<bool>& visible) {
  const Sheet sheet = MakeSheet(experiment, groups, visible);
  Response response;
  if (format == "json") {
    std::string body = R"({"header": )";
    body += '[';
    for (const Cell& cell : sheet.header) {
      AppendSeparator(body);
      AppendJsonCell(cell, body);
    }
    body += R"(], "rows": [)";
    for (const Row& row : sheet.rows) AppendJsonRow(row, body);
    return JsonResponse(body + "]}");
  }
  if (format == "csv") {
    response.content_type = "text/csv; charset=utf-8";
    AppendCsvRow(sheet.header, response.body);
    for (const Row& row : sheet.rows) AppendCsvRow(row, response.body);
  } else if (format == "latex") {
    response.content_type = "application/x-latex";
    response.may_compress = false;
    response.body = LatexOf(sheet);
  } else {
    return Error{Code::kInvalidArgument, "'format' must be json, csv or latex"};
  }
  return response;
}

}  // namespace stepscope
