#include "plugins/scalars/series_summary.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "http/columns.h"
#include "plugin/scalar_series.h"
#include "plugins/scalars/query_json.h"
#include "plugins/scalars/series_query.h"

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

// A table of 10,000 runs, and somewhat more.
constexpr size_t kMaxSummaries = 16384;
// About a second of reading.
constexpr uint64_t kMaxSummaryPoints = uint64_t{1} << 28;

struct SummaryQuery {
  std::vector<SeriesKey> series;
  std::optional<AtStep> at;
  bool all_attempts = false;
};

Result<SummaryQuery> ParseSummaryQuery(std::string_view body) {
  dom::parser parser;
  ASSIGN_OR_RETURN(const dom::object object, ParseBody(parser, body));
  SummaryQuery query;
  ASSIGN_OR_RETURN(query.series, ParseSeriesKeys(object, "series", kMaxSummaries));
  dom::element field;
  if (object.at_key("at").get(field) == simdjson::SUCCESS && !field.is_null()) {
    query.at.emplace();
    if (field.get(query.at->step) != simdjson::SUCCESS) {
      return InvalidQuery("at must be a step, an integer");
    }
    ASSIGN_OR_RETURN(const size_t missing, ParseChoice(object, "at_missing", {"omit", "previous"}));
    query.at->takes_previous = missing == 1;
  }
  ASSIGN_OR_RETURN(const size_t attempts, ParseChoice(object, "attempts", {"latest", "all"}));
  query.all_attempts = attempts == 1;
  return query;
}

// A sum that keeps what each addition rounds away, because a table shows the mean of millions.
class ExactSum {
 public:
  void Add(double value) {
    const double sum = sum_ + value;
    rest_ += std::abs(sum_) >= std::abs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
  }
  // Sums beyond the largest double have no rest.
  double value() const { return std::isfinite(sum_) ? sum_ + rest_ : sum_; }

 private:
  double sum_ = 0;
  double rest_ = 0;
};

void LookAt(const AtStep& at, const SummaryPoint& point, std::optional<SummaryPoint>& found) {
  const bool is_candidate = at.takes_previous ? point.step <= at.step : point.step == at.step;
  if (is_candidate && (!found || point.step >= found->step)) found = point;
}

// The columns of an answer, a row at a time.
class SummaryColumns {
 public:
  void Add(uint32_t index, const SeriesSummary& summary) {
    index_.push_back(index);
    count_.push_back(summary.count);
    non_finite_.push_back(summary.non_finite);
    first_.Add(summary.first);
    last_.Add(summary.last);
    min_.Add(summary.min);
    max_.Add(summary.max);
    mean_.push_back(summary.mean);
    at_.Add(summary.at.value_or(SummaryPoint()));
    has_at_.push_back(summary.at.has_value());
  }
  std::vector<Column> Finish(bool with_at) {
    std::vector<Column> columns;
    columns.push_back({"index", std::move(index_)});
    columns.push_back({"count", std::move(count_)});
    columns.push_back({"non_finite", std::move(non_finite_)});
    first_.MoveTo("first", columns);
    last_.MoveTo("last", columns);
    min_.MoveTo("min", columns);
    max_.MoveTo("max", columns);
    columns.push_back({"mean", std::move(mean_)});
    if (with_at) {
      at_.MoveTo("at", columns);
      columns.push_back({"has_at", std::move(has_at_)});
    }
    return columns;
  }

 private:
  struct PointColumns {
    std::vector<double> values;
    std::vector<int64_t> steps;
    std::vector<double> wall_times;

    void Add(const SummaryPoint& point) {
      values.push_back(point.value);
      steps.push_back(point.step);
      wall_times.push_back(point.wall_time);
    }
    void MoveTo(const std::string& name, std::vector<Column>& columns) {
      columns.push_back({name, std::move(values)});
      columns.push_back({name + "_step", std::move(steps)});
      columns.push_back({name + "_wall_time", std::move(wall_times)});
    }
  };

  std::vector<uint32_t> index_;
  std::vector<uint64_t> count_;
  std::vector<uint64_t> non_finite_;
  PointColumns first_;
  PointColumns last_;
  PointColumns min_;
  PointColumns max_;
  std::vector<double> mean_;
  PointColumns at_;
  std::vector<uint8_t> has_at_;
};

}  // namespace

SeriesSummary Summarize(const ScalarPoints& points, const std::optional<AtStep>& at) {
  SeriesSummary summary;
  ExactSum sum;
  for (PointCursor cursor(points); cursor.Next();) {
    const size_t size = cursor.values().size();
    const auto point = [&](size_t i) {
      return SummaryPoint{cursor.values()[i], cursor.steps()[i], cursor.wall_times()[i],
                          cursor.indices()[i]};
    };
    if (summary.count == 0) summary.first = point(0);
    summary.last = point(size - 1);
    summary.count += size;
    for (size_t i = 0; i < size; ++i) {
      const double value = cursor.values()[i];
      if (!std::isfinite(value)) {
        ++summary.non_finite;
        continue;
      }
      sum.Add(value);
      // Written so that the first value wins over no value.
      if (!(value >= summary.min.value)) summary.min = point(i);
      if (!(value <= summary.max.value)) summary.max = point(i);
    }
    if (!at) continue;
    for (size_t i = 0; i < size; ++i) LookAt(*at, point(i), summary.at);
  }
  const uint64_t finite = summary.count - summary.non_finite;
  if (finite > 0) summary.mean = sum.value() / static_cast<double>(finite);
  return summary;
}

Result<Response> QuerySummaries(const Request& request, const Context& context) {
  if (auto refusal = RefuseUnlessPost(request)) return *std::move(refusal);
  ASSIGN_OR_RETURN(const SummaryQuery query, ParseSummaryQuery(request.body));
  SeriesFinder finder(context.snapshot, IsScalarSeries);
  uint64_t all_points = 0;
  for (const SeriesKey& key : query.series) {
    const Series* const series = finder.Find(key.run, key.tag).series;
    if (series != nullptr) all_points += series->size();
  }
  constexpr std::chrono::nanoseconds kOnePoint{10};
  RETURN_IF_ERROR(request.Announce(all_points * kOnePoint, all_points));
  SummaryColumns columns;
  uint64_t points_left = kMaxSummaryPoints;
  for (size_t i = 0; i < query.series.size(); ++i) {
    const FoundSeries found = finder.Find(query.series[i].run, query.series[i].tag);
    if (found.series == nullptr || found.series->info->is_hidden) continue;
    if (found.series->size() > points_left) {
      return Error{Code::kResourceExhausted, "these series have more than " +
                                                 std::to_string(kMaxSummaryPoints) +
                                                 " points; ask for fewer at once"};
    }
    points_left -= found.series->size();
    const ScalarPoints points(*found.run, *found.series,
                              query.all_attempts ? Restarts::kShowAll : Restarts::kHideSuperseded,
                              request.stop);
    columns.Add(static_cast<uint32_t>(i), Summarize(points, query.at));
    RETURN_IF_ERROR(request.CheckWanted());
    if (request.job != nullptr) request.job->Add(found.series->size());
  }
  Tables answer;
  answer.facts["generation"] = context.snapshot.generation;
  answer.tables.push_back({.columns = columns.Finish(query.at.has_value())});
  return answer.ToResponse(request);
}

}  // namespace stepscope
