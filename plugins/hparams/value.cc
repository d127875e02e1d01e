#include "plugins/hparams/value.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "plugin/user_pattern.h"

namespace stepscope {
namespace {

using google::protobuf::Value;
using tensorboard::hparams::ColParams;

Error Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<std::vector<bool>> PassPattern(const std::string& text, const std::vector<Cell>& cells,
                                      std::vector<bool> passes, const Clock& clock) {
  ASSIGN_OR_RETURN(UserPattern pattern, UserPattern::Parse(text, clock));
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) continue;
    if (!cells[i]->is_text()) return Invalid("a regular expression filters texts only");
    ASSIGN_OR_RETURN(const bool is_match, pattern.Matches(std::get<std::string>(cells[i]->value),
                                                          UserPattern::Where::kAnywhere));
    passes[i] = is_match;
  }
  return passes;
}

Result<std::vector<bool>> PassInterval(const tensorboard::hparams::Interval& interval,
                                       const std::vector<Cell>& cells, std::vector<bool> passes) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) continue;
    if (cells[i]->is_text()) return Invalid("an interval filters numbers only");
    const double number = std::get<double>(cells[i]->value);
    passes[i] = interval.min_value() <= number && number <= interval.max_value();
  }
  return passes;
}

// Texts by their code points, numbers as such; NaN is behind them in either order, for upstream's
// order of it is none.
bool IsBefore(const CellValue& one, const CellValue& other, bool is_ascending) {
  const auto is_before = [is_ascending](const auto& a, const auto& b) {
    return is_ascending ? a < b : b < a;
  };
  if (one.is_text()) {
    return is_before(std::get<std::string>(one.value), std::get<std::string>(other.value));
  }
  const double a = std::get<double>(one.value);
  const double b = std::get<double>(other.value);
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
  return is_before(a, b);
}

}  // namespace

std::optional<CellValue> ToCellValue(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return CellValue{.value = value.number_value()};
    case Value::kBoolValue:
      return CellValue{.value = value.bool_value() ? 1.0 : 0.0, .is_bool = true};
    case Value::kStringValue:
      return CellValue{.value = ToValidUtf8(value.string_value())};
    default:
      return std::nullopt;
  }
}

Result<std::vector<bool>> PassFilter(const ColParams& column, const std::vector<Cell>& cells,
                                     const Clock& clock) {
  std::vector<bool> passes(cells.size(), true);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) passes[i] = !column.exclude_missing_values();
  }
  switch (column.filter_case()) {
    case ColParams::kFilterRegexp:
      return PassPattern(column.filter_regexp(), cells, std::move(passes), clock);
    case ColParams::kFilterInterval:
      return PassInterval(column.filter_interval(), cells, std::move(passes));
    case ColParams::kFilterDiscrete:
      break;
    default:
      return passes;
  }
  std::vector<CellValue> wanted;
  for (const Value& value : column.filter_discrete().values()) {
    if (auto one = ToCellValue(value)) wanted.push_back(*std::move(one));
  }
  std::ranges::stable_sort(wanted, {}, &CellValue::value);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) continue;
    const auto found = std::ranges::lower_bound(wanted, cells[i]->value, {}, &CellValue::value);
    passes[i] = found != wanted.end() && *found == *cells[i];  // NaN, which has no place, is none.
  }
  return passes;
}

Status SortByColumn(const ColParams& column, const std::vector<Cell>& cells,
                    std::vector<size_t>& order) {
  using tensorboard::hparams::ORDER_ASC;
  using tensorboard::hparams::ORDER_DESC;
  if (column.order() == tensorboard::hparams::ORDER_UNSPECIFIED) return {};
  if (column.order() != ORDER_ASC && column.order() != ORDER_DESC) {
    return Invalid("there is no order " + std::to_string(column.order()));
  }
  const auto is_text = [](const Cell& cell) { return cell && cell->is_text(); };
  const auto is_number = [](const Cell& cell) { return cell && !cell->is_text(); };
  if (std::ranges::any_of(cells, is_text) && std::ranges::any_of(cells, is_number)) {
    return Invalid("a column of texts and numbers cannot be sorted");
  }
  const bool missing_first = column.missing_values_first();
  const bool is_ascending = column.order() == ORDER_ASC;
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    const Cell& one = cells[a];
    const Cell& other = cells[b];
    if (!one || !other) return missing_first ? !one && other : one && !other;
    return IsBefore(*one, *other, is_ascending);
  });
  return {};
}

}  // namespace stepscope
