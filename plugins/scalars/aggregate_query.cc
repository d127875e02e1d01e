#include "plugins/scalars/aggregate_query.h"

#include <algorithm>
#include <utility>

#include "plugins/scalars/query_json.h"

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

Result<std::vector<Statistic>> ParseStatistics(const dom::object& body) {
  dom::array names;
  if (body.at_key("statistics").get(names) != simdjson::SUCCESS) {
    return std::vector<Statistic>{Statistic::kMean, Statistic::kMin, Statistic::kMax,
                                  Statistic::kCount};
  }
  std::vector<Statistic> statistics;
  const auto add = [&](Statistic statistic) {
    // Named twice is one column, so that a body cannot ask for more than there are.
    if (std::find(statistics.begin(), statistics.end(), statistic) == statistics.end()) {
      statistics.push_back(statistic);
    }
  };
  for (const dom::element name : names) {
    ASSIGN_OR_RETURN(const size_t choice, ParseChoice(name, "statistics",
                                                      {"count", "mean", "median", "min", "max",
                                                       "std", "stderr", "ci95", "iqm"}));
    constexpr Statistic kChoices[] = {Statistic::kCount,  Statistic::kMean,    Statistic::kMedian,
                                      Statistic::kMin,    Statistic::kMax,     Statistic::kStd,
                                      Statistic::kStderr, Statistic::kCi95Low, Statistic::kIqm};
    add(kChoices[choice]);
    if (kChoices[choice] == Statistic::kCi95Low) add(Statistic::kCi95High);
  }
  if (statistics.empty()) return InvalidQuery("statistics must name at least one");
  return statistics;
}

Result<GroupQuery> ParseGroup(dom::element element, const std::string& what, size_t series_left) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return InvalidQuery(what + " must be an object");
  GroupQuery group;
  dom::element name;
  if (object.at_key("name").get(name) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(group.name, ParseString(name, what + ".name"));
  }
  ASSIGN_OR_RETURN(group.series, ParseSeriesKeys(object, what + ".series", series_left));
  if (group.series.size() > AggregateQuery::kMaxMembers) {
    return InvalidQuery(what + " has more than " + std::to_string(AggregateQuery::kMaxMembers) +
                        " series");
  }
  return group;
}

}  // namespace

Result<AggregateQuery> ParseAggregateQuery(std::string_view body) {
  dom::parser parser;
  ASSIGN_OR_RETURN(const dom::object object, ParseBody(parser, body));
  AggregateQuery query;
  dom::array groups;
  if (object.at_key("groups").get(groups) != simdjson::SUCCESS) {
    return InvalidQuery(R"(groups must be a list of {"name", "series"})");
  }
  size_t series_left = AggregateQuery::kMaxSeries;
  for (const dom::element element : groups) {
    if (query.groups.size() == AggregateQuery::kMaxSeries) {
      return InvalidQuery("at most " + std::to_string(AggregateQuery::kMaxSeries) +
                          " groups in one request");
    }
    const std::string what = "groups[" + std::to_string(query.groups.size()) + "]";
    ASSIGN_OR_RETURN(GroupQuery group, ParseGroup(element, what, series_left));
    series_left -= group.series.size();
    query.groups.push_back(std::move(group));
  }
  ASSIGN_OR_RETURN(query.statistics, ParseStatistics(object));
  ASSIGN_OR_RETURN(query.view, ParseLineView(object));
  ASSIGN_OR_RETURN(const size_t between,
                   ParseChoice(object, "between", {"linear", "previous", "nothing"}));
  query.between = static_cast<Between>(between);
  return query;
}

std::string_view NameOf(Statistic statistic) {
  constexpr std::string_view kNames[] = {"count", "mean",   "median",   "min",       "max",
                                         "std",   "stderr", "ci95_low", "ci95_high", "iqm"};
  return kNames[static_cast<size_t>(statistic)];
}

}  // namespace stepscope
