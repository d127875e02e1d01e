// stepscope query --select: a row a series.
#include <string>
#include <utility>

#include "app/query.h"
#include "base/strings.h"
#include "plugins/scalars/series_summary.h"

namespace stepscope {
namespace {

std::vector<SummarySelect> UsualSelect() {
  return {{SummaryColumn::kCount, 0, "count"},
          {SummaryColumn::kLastStep, 0, "last_step"},
          {SummaryColumn::kLast, 0, "last"},
          {SummaryColumn::kMin, 0, "min"},
          {SummaryColumn::kMax, 0, "max"}};
}

Field FieldOf(const SummarySelect& select, CellType value_type) {
  switch (select.column) {
    case SummaryColumn::kCount:
    case SummaryColumn::kNonFinite:
      return {.name = select.name, .type = CellType::kUint64};
    case SummaryColumn::kFirstStep:
    case SummaryColumn::kLastStep:
    case SummaryColumn::kArgMin:
    case SummaryColumn::kArgMax:
      return {.name = select.name, .type = CellType::kInt64};
    case SummaryColumn::kFirstWallTime:
    case SummaryColumn::kLastWallTime:
      return {.name = select.name, .is_wall_time = true};
    case SummaryColumn::kMean:
      return {.name = select.name};
    case SummaryColumn::kFirst:
    case SummaryColumn::kLast:
    case SummaryColumn::kMin:
    case SummaryColumn::kMax:
    case SummaryColumn::kAt:
      break;
  }
  return {.name = select.name, .type = value_type};
}

// One number, of whatever type, that a cell can refer to.
struct Number {
  std::variant<std::monostate, int64_t, uint64_t, double, uint8_t> value;

  Cells ToCells() const {
    return std::visit(
        [](const auto& number) -> Cells {
          if constexpr (std::is_same_v<decltype(number), const std::monostate&>) {
            return {.is_missing = true};
          } else {
            return {.numbers = std::span(&number, 1)};
          }
        },
        value);
  }
};

// The answers of one series.
class SummaryRow {
 public:
  explicit SummaryRow(const ScalarPoints& points)
      : points_(points), summary_(Summarize(points, std::nullopt)) {}

  Number Of(const SummarySelect& select) const {
    const bool has_finite = summary_.count > summary_.non_finite;
    switch (select.column) {
      case SummaryColumn::kCount:
        return {summary_.count};
      case SummaryColumn::kNonFinite:
        return {summary_.non_finite};
      case SummaryColumn::kFirst:
        return Value(summary_.count > 0, summary_.first);
      case SummaryColumn::kFirstStep:
        return Step(summary_.count > 0, summary_.first);
      case SummaryColumn::kFirstWallTime:
        return Time(summary_.first);
      case SummaryColumn::kLast:
        return Value(summary_.count > 0, summary_.last);
      case SummaryColumn::kLastStep:
        return Step(summary_.count > 0, summary_.last);
      case SummaryColumn::kLastWallTime:
        return Time(summary_.last);
      case SummaryColumn::kMin:
        return Value(has_finite, summary_.min);
      case SummaryColumn::kArgMin:
        return Step(has_finite, summary_.min);
      case SummaryColumn::kMax:
        return Value(has_finite, summary_.max);
      case SummaryColumn::kArgMax:
        return Step(has_finite, summary_.max);
      case SummaryColumn::kMean:
        return has_finite ? Number{summary_.mean} : Number{};
      case SummaryColumn::kAt:
        break;
    }
    const auto at = Summarize(points_, AtStep{.step = select.at_step}).at;
    return Value(at.has_value(), at.value_or(SummaryPoint()));
  }

 private:
  // Exactly as the file has it.
  Number Value(bool exists, const SummaryPoint& where) const {
    if (!exists) return {};
    const ExactPoint point = PointReader(points_).Read(where.index);
    switch (point.type) {
      case ValueType::kFloat32:
      case ValueType::kFloat64:
        break;
      case ValueType::kInt64:
        return {static_cast<int64_t>(point.integer)};
      case ValueType::kUint64:
        return {point.integer};
      case ValueType::kBool:
        return {static_cast<uint8_t>(point.integer != 0 ? 1 : 0)};
    }
    return {point.as_double};
  }
  static Number Step(bool exists, const SummaryPoint& where) {
    return exists ? Number{where.step} : Number{};
  }
  Number Time(const SummaryPoint& where) const {
    return summary_.count > 0 ? Number{where.wall_time} : Number{};
  }

  const ScalarPoints& points_;
  const SeriesSummary summary_;
};

}  // namespace

Status WriteSummaries(const std::vector<ChosenSeries>& chosen, const QueryOptions& options,
                      const Destination& destination) {
  const Restarts restarts = options.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded;
  const std::vector<SummarySelect> selects =
      options.select.empty() ? UsualSelect() : options.select;
  const CellType value_type = CommonType(chosen, restarts);
  std::vector<Field> fields = NameFields(chosen);
  for (const SummarySelect& select : selects) fields.push_back(FieldOf(select, value_type));
  const auto writer = MakeTableWriter(destination.format, std::move(fields), destination.terminal,
                                      destination.output);
  std::vector<Number> numbers(selects.size());
  for (const ChosenSeries& each : chosen) {
    if (destination.output.has_failed()) break;
    const ScalarPoints points(*each.run, *each.series, restarts);
    const SummaryRow row(points);
    const std::string run = ToValidUtf8(each.run->name);
    const std::string tag = ToValidUtf8(each.series->info->tag);
    std::vector<Cells> cells = {{.text = run}, {.text = tag}};
    for (size_t i = 0; i < selects.size(); ++i) {
      numbers[i] = row.Of(selects[i]);
      cells.push_back(numbers[i].ToCells());
    }
    writer->AddRows(1, cells);
  }
  writer->End();
  return Status();
}

}  // namespace stepscope
