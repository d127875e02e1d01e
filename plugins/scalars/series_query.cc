#include "plugins/scalars/series_query.h"

#include <simdjson.h>

#include <cmath>

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

// Deep enough for everything that a request may hold; a hostile body costs no more than its bytes.
constexpr size_t kMaxDepth = 16;

Error Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<std::string> ParseString(dom::element element, const std::string& what) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return Invalid(what + " must be text");
  return std::string(text);
}

Result<uint64_t> ParseUint(dom::element element, const std::string& what, uint64_t limit) {
  uint64_t number = 0;
  if (element.get(number) != simdjson::SUCCESS || number > limit) {
    return Invalid(what + " must be an integer from 0 to " + std::to_string(limit));
  }
  return number;
}

Result<KnownLine> ParseKnown(dom::element element, const std::string& what) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) {
    return Invalid(what + ": the third element must be an object");
  }
  KnownLine known;
  dom::element field;
  if (object.at_key("revision").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(known.revision, ParseString(field, what + ": revision"));
  }
  if (object.at_key("count").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(known.count, ParseUint(field, what + ": count", INT64_MAX));
  }
  return known;
}

Result<SeriesKey> ParseKey(dom::element element, size_t index) {
  const std::string what = "series[" + std::to_string(index) + "]";
  dom::array parts;
  if (element.get(parts) != simdjson::SUCCESS || parts.size() < 2 || parts.size() > 3) {
    return Invalid(what + R"( must be ["run", "tag"] or ["run", "tag", {...}])");
  }
  SeriesKey key;
  ASSIGN_OR_RETURN(key.run, ParseString(parts.at(0).value_unsafe(), what + ": run"));
  ASSIGN_OR_RETURN(key.tag, ParseString(parts.at(1).value_unsafe(), what + ": tag"));
  if (parts.size() == 3) {
    ASSIGN_OR_RETURN(key.known, ParseKnown(parts.at(2).value_unsafe(), what));
  }
  return key;
}

// A number that may also be null or absent.
Result<std::optional<double>> ParseBound(const dom::object& body, const std::string& name) {
  dom::element field;
  if (body.at_key(name).get(field) != simdjson::SUCCESS || field.is_null()) {
    return std::optional<double>();
  }
  double number = 0;
  if (field.get(number) != simdjson::SUCCESS) return Invalid(name + " must be a number or null");
  return std::optional<double>(number);
}

// One of `names`, by its place; the first where the field is absent.
Result<size_t> ParseChoice(const dom::object& body, const std::string& name,
                           const std::vector<std::string_view>& names) {
  dom::element field;
  if (body.at_key(name).get(field) != simdjson::SUCCESS) return size_t{0};
  std::string_view text;
  if (field.get(text) == simdjson::SUCCESS) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) return i;
    }
  }
  std::string message = name + " must be one of";
  for (const std::string_view known : names) message.append(" \"").append(known).append("\"");
  return Invalid(std::move(message));
}

Result<LineView> ParseView(const dom::object& body) {
  LineView view;
  ASSIGN_OR_RETURN(const size_t x, ParseChoice(body, "x", {"step", "relative", "wall"}));
  view.x = static_cast<XAxis>(x);
  ASSIGN_OR_RETURN(view.from, ParseBound(body, "from"));
  ASSIGN_OR_RETURN(view.to, ParseBound(body, "to"));
  if (view.from && view.to && *view.from > *view.to) return Invalid("from is greater than to");
  dom::element field;
  if (body.at_key("pixels").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(const uint64_t pixels, ParseUint(field, "pixels", SeriesQuery::kMaxPixels));
    view.pixels = static_cast<uint32_t>(pixels);
  }
  ASSIGN_OR_RETURN(const auto smoothing, ParseBound(body, "smoothing"));
  view.smoothing = smoothing.value_or(0);
  if (!(view.smoothing >= 0 && view.smoothing < 1)) {
    return Invalid("smoothing must be at least 0 and less than 1");
  }
  ASSIGN_OR_RETURN(const size_t attempts, ParseChoice(body, "attempts", {"latest", "all"}));
  view.all_attempts = attempts == 1;
  return view;
}

}  // namespace

Result<SeriesQuery> ParseSeriesQuery(std::string_view body) {
  dom::parser parser;
  dom::object object;
  simdjson::error_code error = parser.allocate(body.size(), kMaxDepth);
  dom::element root;
  if (error == simdjson::SUCCESS) error = parser.parse(body.data(), body.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return Invalid(std::string("the body is not JSON: ") + simdjson::error_message(error));
  }
  if (root.get(object) != simdjson::SUCCESS) return Invalid("the body must be a JSON object");

  SeriesQuery query;
  dom::array series;
  if (object.at_key("series").get(series) != simdjson::SUCCESS) {
    return Invalid(R"(series must be a list of ["run", "tag"])");
  }
  for (const dom::element element : series) {
    if (query.series.size() == SeriesQuery::kMaxSeries) {
      return Invalid("at most " + std::to_string(SeriesQuery::kMaxSeries) +
                     " series in one request");
    }
    ASSIGN_OR_RETURN(SeriesKey key, ParseKey(element, query.series.size()));
    query.series.push_back(std::move(key));
  }
  ASSIGN_OR_RETURN(query.view, ParseView(object));
  return query;
}

}  // namespace stepscope
