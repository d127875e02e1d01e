#include "plugin/blob_series.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "plugin/blob_key.h"
#include "plugin/compat_answer.h"

namespace stepscope {

Result<FoundSample> FindSample(const Request& request, const Context& context,
                               SeriesFinder::Accepts accepts, std::string_view what) {
  const auto run = request.Query("run");
  const auto tag = request.Query("tag");
  FoundSeries found;
  if (run && tag) found = SeriesFinder(context.snapshot, accepts).Find(*run, *tag);
  if (found.series == nullptr) {
    return Error{Code::kNotFound, "No " + std::string(what) + " data for run=" + PythonRepr(run) +
                                      ", tag=" + PythonRepr(tag)};
  }
  ASSIGN_OR_RETURN(const int64_t sample, request.QueryInt("sample", 0, 0, kMaxBlobsPerValue));
  return FoundSample{found, static_cast<uint32_t>(sample)};
}

std::string BlobKeyOf(const FoundSeries& found, std::string_view plugin, const ValuePoint& point,
                      uint32_t index) {
  return BlobKey{.plugin = std::string(plugin),
                 .run = found.run->name,
                 .tag = found.series->info->tag,
                 .step = point.step,
                 .index = index}
      .Encode();
}

Result<std::string> ReadKeyedBlob(std::string_view key, SeriesFinder::Accepts accepts,
                                  const Context& context) {
  ASSIGN_OR_RETURN(const BlobKey decoded, BlobKey::Decode(key));
  SeriesFinder finder(context.snapshot, accepts);
  if (finder.FindRun(decoded.run) == nullptr) {
    return Error{Code::kInvalidArgument, "no such run: " + PythonRepr(decoded.run)};
  }
  const std::string place =
      "run " + PythonRepr(decoded.run) + ", tag " + PythonRepr(decoded.tag) + " has no ";
  const FoundSeries found = finder.Find(decoded.run, decoded.tag);
  if (found.series == nullptr) return Error{Code::kInvalidArgument, place + "such blobs"};
  const std::vector<ValuePoint> points = FindCompatValues(*found.series);
  const auto point = std::ranges::lower_bound(points, decoded.step, {}, &ValuePoint::step);
  if (point == points.end() || point->step != decoded.step) {
    return Error{Code::kNotFound, place + "step " + std::to_string(decoded.step)};
  }
  return ValueReader(context.files).ReadBlob(found, *point, decoded.index);
}

}  // namespace stepscope
