#include "plugins/scalars/line_view.h"

#include <cmath>

#include "plugins/scalars/query_json.h"

namespace stepscope {
namespace {

namespace dom = simdjson::dom;

// A member that is a number above 0.
Result<double> ParsePositive(const dom::object& object, const std::string& name,
                             const std::string& what, double limit) {
  double number = 0;
  if (object.at_key(name).get(number) == simdjson::SUCCESS && number > 0 && number <= limit) {
    return number;
  }
  std::string message = what + " must be a number above 0";
  if (std::isfinite(limit)) message += " and at most " + std::to_string(std::lround(limit));
  return InvalidQuery(std::move(message));
}

Result<Smoothing> ParseExponential(double weight, const std::string& what) {
  if (!(weight >= 0 && weight < 1)) {
    return InvalidQuery(what + " must be at least 0 and less than 1");
  }
  if (weight == 0) return Smoothing();
  return Smoothing{.kind = SmoothingKind::kExponential, .weight = weight};
}

Result<Smoothing> ParseSmoothing(const dom::object& how) {
  dom::element field;
  if (how.at_key("kind").get(field) != simdjson::SUCCESS) {
    return InvalidQuery("smoothing.kind must be given");
  }
  ASSIGN_OR_RETURN(
      const size_t kind,
      ParseChoice(field, "smoothing.kind", {"ema", "time_weighted", "mean", "median", "gaussian"}));
  if (kind == 0) {
    double weight = -1;
    if (how.at_key("weight").get(weight) != simdjson::SUCCESS) weight = -1;
    return ParseExponential(weight, "smoothing.weight");
  }
  Smoothing smoothing;
  if (kind == 1) {
    smoothing.kind = SmoothingKind::kTimeWeighted;
    ASSIGN_OR_RETURN(smoothing.half_life,
                     ParsePositive(how, "half_life", "smoothing.half_life", INFINITY));
    return smoothing;
  }
  if (kind == 4) {
    smoothing.kind = SmoothingKind::kGaussian;
    ASSIGN_OR_RETURN(smoothing.width,
                     ParsePositive(how, "width", "smoothing.width", Smoothing::kMaxWidth));
    return smoothing;
  }
  smoothing.kind = kind == 2 ? SmoothingKind::kMean : SmoothingKind::kMedian;
  if (how.at_key("window").get(field) != simdjson::SUCCESS) {
    return InvalidQuery("smoothing.window must be given");
  }
  ASSIGN_OR_RETURN(const uint64_t window,
                   ParseUint(field, "smoothing.window", 1, Smoothing::kMaxWindow));
  smoothing.window = static_cast<uint32_t>(window);
  if (how.at_key("align").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(const size_t align,
                     ParseChoice(field, "smoothing.align", {"centered", "trailing"}));
    smoothing.is_trailing = align == 1;
  }
  return smoothing;
}

Status ParseX(const dom::object& body, LineView& view) {
  dom::element field;
  if (body.at_key("x").get(field) != simdjson::SUCCESS) return {};
  dom::object tag;
  if (field.get(tag) != simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(const size_t x, ParseChoice(field, "x", {"step", "relative", "wall"}));
    view.x = static_cast<XAxis>(x);
    return {};
  }
  view.x = XAxis::kTag;
  if (tag.at_key("tag").get(field) != simdjson::SUCCESS) {
    return InvalidQuery("x.tag must be given");
  }
  ASSIGN_OR_RETURN(view.x_tag, ParseString(field, "x.tag"));
  if (tag.at_key("missing").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(const size_t missing,
                     ParseChoice(field, "x.missing", {"omit", "previous", "linear"}));
    view.x_missing = static_cast<XMissing>(missing);
  }
  return {};
}

}  // namespace

Result<LineView> ParseLineView(const dom::object& body) {
  LineView view;
  RETURN_IF_ERROR(ParseX(body, view));
  ASSIGN_OR_RETURN(view.from, ParseBound(body, "from"));
  ASSIGN_OR_RETURN(view.to, ParseBound(body, "to"));
  if (view.from && view.to && *view.from > *view.to) {
    return InvalidQuery("from is greater than to");
  }
  dom::element field;
  if (body.at_key("pixels").get(field) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(const uint64_t pixels, ParseUint(field, "pixels", 0, LineView::kMaxPixels));
    view.pixels = static_cast<uint32_t>(pixels);
  }
  dom::object how;
  if (body.at_key("smoothing").get(how) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(view.smoothing, ParseSmoothing(how));
  } else {
    ASSIGN_OR_RETURN(const auto weight, ParseBound(body, "smoothing"));
    ASSIGN_OR_RETURN(view.smoothing, ParseExponential(weight.value_or(0), "smoothing"));
  }
  ASSIGN_OR_RETURN(const size_t attempts, ParseChoice(body, "attempts", {"latest", "all"}));
  view.all_attempts = attempts == 1;
  return view;
}

}  // namespace stepscope
