#include "plugins/scalars/series_query.h"

#include <utility>

#include "plugins/scalars/query_json.h"

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

Result<KnownLine> ParseKnown(dom::element element, const std::string& what) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) {
    return InvalidQuery(what + ": the third element must be an object");
  }
  KnownLine known;
  dom::element field;
  if (object.at_key("revision").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(known.revision, ParseString(field, what + ": revision"));
  }
  if (object.at_key("count").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(known.count, ParseUint(field, what + ": count", 0, INT64_MAX));
  }
  return known;
}

Result<SeriesKey> ParseKey(dom::element element, const std::string& what) {
  dom::array parts;
  if (element.get(parts) != simdjson::SUCCESS || parts.size() < 2 || parts.size() > 3) {
    return InvalidQuery(what + R"( must be ["run", "tag"] or ["run", "tag", {...}])");
  }
  SeriesKey key;
  ASSIGN_OR_RETURN(key.run, ParseString(parts.at(0).value_unsafe(), what + ": run"));
  ASSIGN_OR_RETURN(key.tag, ParseString(parts.at(1).value_unsafe(), what + ": tag"));
  if (parts.size() == 3) {
    ASSIGN_OR_RETURN(key.known, ParseKnown(parts.at(2).value_unsafe(), what));
  }
  return key;
}

}  // namespace

Result<std::vector<SeriesKey>> ParseSeriesKeys(const dom::object& object, const std::string& what,
                                               size_t limit) {
  dom::array series;
  if (object.at_key("series").get(series) != simdjson::SUCCESS) {
    return InvalidQuery(what + R"( must be a list of ["run", "tag"])");
  }
  std::vector<SeriesKey> keys;
  for (const dom::element element : series) {
    if (keys.size() == limit) {
      return InvalidQuery("at most " + std::to_string(limit) + " series in one request");
    }
    ASSIGN_OR_RETURN(SeriesKey key,
                     ParseKey(element, what + "[" + std::to_string(keys.size()) + "]"));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<SeriesQuery> ParseSeriesQuery(std::string_view body) {
  dom::parser parser;
  ASSIGN_OR_RETURN(const dom::object object, ParseBody(parser, body));
  SeriesQuery query;
  ASSIGN_OR_RETURN(query.series, ParseSeriesKeys(object, "series", SeriesQuery::kMaxSeries));
  ASSIGN_OR_RETURN(query.view, ParseLineView(object));
  return query;
}

}  // namespace stepscope
