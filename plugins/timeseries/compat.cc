#include "plugins/timeseries/compat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin/blob_series.h"
#include "plugin/compat_answer.h"
#include "plugin/histogram_series.h"
#include "plugin/image_series.h"
#include "plugin/point_text.h"
#include "plugin/scalar_series.h"

namespace stepscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kDefaultHistogramSamples = 51;  // metrics_plugin.py, _plugin_downsampling.

// Of one call; a page of cards asks for some tens.
constexpr size_t kMaxRequests = 4096;
// Runs that are looked at for all requests of a call together: a second's work.
constexpr uint64_t kMaxLookups = uint64_t{1} << 23;
// Points that are thinned for them.
constexpr uint64_t kMaxPointsRead = uint64_t{1} << 30;
// Pictures that they list; a key takes some 100 bytes.
constexpr uint64_t kMaxPictures = uint64_t{1} << 19;

Error TooMuch() {
  return {Code::kResourceExhausted, "the requests ask for too much at once; send fewer of them"};
}

Status Spend(uint64_t amount, uint64_t& left) {
  if (amount > left) return TooMuch();
  left -= amount;
  return {};
}

// Answers the requests of one call, within limits for all of them.
class TimeseriesQuery {
 public:
  explicit TimeseriesQuery(const Context& context) : context_(context), reader_(context.files) {}

  // Appends the answer to one request. INVALID_ARGUMENT: it is none.
  Status Append(const Json& request, std::string& out);

 private:
  // What is asked for by every request that can be answered.
  struct Asked {
    std::string_view plugin;
    std::string_view tag;
    std::string_view run;  // Empty: all of them.
    uint32_t index = 0;    // Of the blob, for images.
  };

  Result<std::optional<std::string_view>> Check(const Json& request, Asked& asked) const;
  Status AppendRuns(const Asked& asked, std::string& out);
  Status AppendSeries(const Asked& asked, const FoundSeries& found, std::string& out);
  Status AppendScalars(const FoundSeries& found, std::string& out);
  Status AppendHistograms(const FoundSeries& found, std::string& out);
  Status AppendPictures(const Asked& asked, const FoundSeries& found, std::string& out);

  const Context& context_;
  ValueReader reader_;
  uint64_t lookups_left_ = kMaxLookups;
  uint64_t reads_left_ = kMaxPointsRead;
  uint64_t points_left_ = kMaxCompatAnswerPoints;
  uint64_t buckets_left_ = kMaxAnswerBuckets;
  uint64_t pictures_left_ = kMaxPictures;
};

const Json& Member(const Json& request, const char* name) {
  static const Json none;
  const auto found = request.find(name);
  return found == request.end() ? none : *found;
}

std::string_view Text(const Json& value) { return value.get_ref<const std::string&>(); }

// Python's integers, of which true and false are two.
bool IsInteger(const Json& value) { return value.is_number_integer() || value.is_boolean(); }

// What Python holds for false.
bool IsNothing(const Json& value) {
  return value.empty() || value == Json(false) || value == Json(0) || value == Json("");
}

// What is wrong with a request in the words of metrics_plugin.py; nothing if it can be answered.
Result<std::optional<std::string_view>> TimeseriesQuery::Check(const Json& request,
                                                               Asked& asked) const {
  const auto wrong = [](std::string_view text) { return std::optional(text); };
  const Json& tag = Member(request, "tag");
  const Json& plugin = Member(request, "plugin");
  const Json& run = Member(request, "run");
  const Json& sample = Member(request, "sample");
  if (!tag.is_string()) return wrong("Missing tag");
  asked.tag = Text(tag);
  asked.plugin = plugin.is_string() ? Text(plugin) : "";
  const bool is_images = asked.plugin == kImagesPlugin;
  if (asked.plugin != kScalarsPlugin && asked.plugin != kHistogramsPlugin && !is_images) {
    return wrong("Invalid plugin");
  }
  if (asked.plugin != kScalarsPlugin && !run.is_string()) return wrong("Missing run");
  if (is_images && !IsInteger(sample)) return wrong("Missing sample");
  if (run.is_string()) {
    asked.run = Text(run);
  } else if (!IsNothing(run)) {
    return Error{Code::kInvalidArgument, "'run' must be the name of a run"};
  }
  if (is_images) {
    const int64_t number =
        sample.is_boolean() ? int64_t{sample.get<bool>()} : sample.get<int64_t>();
    if (number < 0 || number > kMaxBlobsPerValue) {
      return Error{Code::kInvalidArgument, "'sample' must be a whole number from 0 to " +
                                               std::to_string(kMaxBlobsPerValue)};
    }
    asked.index = static_cast<uint32_t>(number) + kSizeBlobs;
  }
  return std::optional<std::string_view>();
}

Status TimeseriesQuery::Append(const Json& request, std::string& out) {
  if (!request.is_object()) {
    return Error{Code::kInvalidArgument, "'requests' must be a list of objects"};
  }
  Asked asked;
  ASSIGN_OR_RETURN(const auto wrong, Check(request, asked));
  const auto echo = [&](const char* name) {
    AppendSeparator(out);
    AppendJsonString(name, out);
    out += ": ";
    AppendJson(Member(request, name), out);
  };
  out += '{';
  echo("plugin");
  echo("tag");
  if (Member(request, "run").is_string()) echo("run");
  if (IsInteger(Member(request, "sample"))) echo("sample");
  if (wrong) {
    out += R"(, "error": )";
    AppendJsonString(*wrong, out);
  } else {
    out += R"(, "runToSeries": {)";
    RETURN_IF_ERROR(AppendRuns(asked, out));
    out += '}';
  }
  out += '}';
  return {};
}

SeriesFinder::Accepts AcceptsOf(std::string_view plugin) {
  if (plugin == kScalarsPlugin) return IsScalarSeries;
  return plugin == kHistogramsPlugin ? IsHistogramSeries : IsImageSeries;
}

Status TimeseriesQuery::AppendRuns(const Asked& asked, std::string& out) {
  SeriesFinder finder(context_.snapshot, AcceptsOf(asked.plugin));
  if (!asked.run.empty()) {
    RETURN_IF_ERROR(Spend(1, lookups_left_));
    const FoundSeries found = finder.Find(asked.run, asked.tag);
    return found.series == nullptr ? Status() : AppendSeries(asked, found, out);
  }
  RETURN_IF_ERROR(Spend(context_.snapshot.runs.size(), lookups_left_));
  for (const auto& run : context_.snapshot.runs) {
    const FoundSeries found = finder.Find(run->name, asked.tag);
    if (found.series != nullptr) RETURN_IF_ERROR(AppendSeries(asked, found, out));
  }
  return {};
}

Status TimeseriesQuery::AppendSeries(const Asked& asked, const FoundSeries& found,
                                     std::string& out) {
  RETURN_IF_ERROR(Spend(found.series->size(), reads_left_));
  std::string series = "[";
  if (asked.plugin == kScalarsPlugin) {
    RETURN_IF_ERROR(AppendScalars(found, series));
  } else if (asked.plugin == kHistogramsPlugin) {
    RETURN_IF_ERROR(AppendHistograms(found, series));
  } else {
    RETURN_IF_ERROR(AppendPictures(asked, found, series));
    if (series.size() == 1) return {};  // No step has that picture: upstream leaves the run out.
  }
  AppendSeparator(out);
  AppendJsonString(found.run->name, out);
  out += ": " + series + ']';
  return {};
}

void AppendPlace(double wall_time, int64_t step, std::string& out) {
  AppendSeparator(out);
  out += R"({"wallTime": )";
  AppendJsonNumber(wall_time, out);
  out += R"(, "step": )" + std::to_string(step);
}

Status TimeseriesQuery::AppendScalars(const FoundSeries& found, std::string& out) {
  const std::vector<ExactPoint> points = ReadCompatScalars(found, context_);
  RETURN_IF_ERROR(SpendOnAnswer(points, points_left_));
  for (const ExactPoint& point : points) {
    AppendPlace(point.wall_time, point.step, out);
    out += R"(, "value": )";
    AppendJsonValue(point, out);
    out += '}';
  }
  return {};
}

Status TimeseriesQuery::AppendHistograms(const FoundSeries& found, std::string& out) {
  const uint64_t limit = context_.options.SamplesFor(kHistogramsPlugin, kDefaultHistogramSamples);
  ASSIGN_OR_RETURN(const auto histograms,
                   ReadCompatHistograms(found, limit, reader_, buckets_left_));
  for (const Histogram& histogram : histograms) {
    AppendPlace(histogram.wall_time, histogram.step, out);
    out += R"(, "bins": [)";
    for (const HistogramBucket& bucket : histogram.buckets) {
      AppendSeparator(out);
      out += R"({"min": )";
      AppendTensorNumber(histogram.dtype, bucket.left, out);
      out += R"(, "max": )";
      AppendTensorNumber(histogram.dtype, bucket.right, out);
      out += R"(, "count": )";
      AppendTensorNumber(histogram.dtype, bucket.count, out);
      out += '}';
    }
    out += "]}";
  }
  return {};
}

Status TimeseriesQuery::AppendPictures(const Asked& asked, const FoundSeries& found,
                                       std::string& out) {
  const uint64_t limit = context_.options.SamplesFor(kImagesPlugin, kDefaultImageSamples);
  const std::vector<ValuePoint> points = SampleValues(*found.series, limit);
  RETURN_IF_ERROR(Spend(points.size(), pictures_left_));
  for (const ValuePoint& point : points) {
    if (point.ref.blobs <= asked.index) continue;
    AppendPlace(point.wall_time, point.step, out);
    out += R"(, "imageId": ")" + BlobKeyOf(found, kImagesPlugin, point, asked.index) + "\"}";
  }
  return {};
}

}  // namespace

Result<Response> CompatTimeseries(const Request& request, const Context& context) {
  std::string text(request.Query("requests").value_or(""));
  if (request.method == Method::kPost) {
    text.clear();
    ASSIGN_OR_RETURN(const auto form, ParseForm(request));
    for (const auto& [name, value] : form) {
      if (name != "requests") continue;
      text = value;
      break;
    }
  }
  if (text.empty()) return Error{Code::kInvalidArgument, "Missing 'requests' field"};
  const Json requests = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (requests.is_discarded()) {
    return Error{Code::kInvalidArgument, "Unable to parse 'requests' as JSON"};
  }
  // Upstream walks whatever Python can walk.
  const bool is_empty = requests == Json::object() || requests == Json("");
  if (!requests.is_array() && !is_empty) {
    return Error{Code::kInvalidArgument, "'requests' must be a list of objects"};
  }
  std::string body = "[";
  if (requests.is_array()) {
    if (requests.size() > kMaxRequests) return TooMuch();
    TimeseriesQuery query(context);
    for (const Json& one : requests) {
      AppendSeparator(body);
      RETURN_IF_ERROR(query.Append(one, body));
    }
  }
  return JsonResponse(body + "]");
}

Result<Response> CompatImageData(const Request& request, const Context& context) {
  const auto key = request.Query("imageId");
  if (!key || key->empty()) return Error{Code::kInvalidArgument, "Missing 'imageId' field"};
  return KeyedImageResponse(*key, context);
}

}  // namespace stepscope
