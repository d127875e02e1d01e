// The methods of the data provider about tensors and blobs.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "plugin/blob_key.h"
#include "plugin/series_finder.h"
#include "plugin/value_reader.h"
#include "rpc/data_provider.h"
#include "rpc/filter.h"
#include "rpc/walk.h"

namespace stepscope {
namespace {

// Of a value in a response beside its bytes: step, wall time and lengths.
constexpr size_t kValueBytes = 32;
// Of a blob key beside its names, which are longer in base64.
constexpr size_t kKeyBytes = 64;

// Clients of gRPC take messages up to 4 MiB unless they say more.
constexpr size_t kChunkBytes = 1 << 20;

SeriesEnd FindValueEnd(const Series& series) {
  SeriesEnd end;
  bool is_first = true;
  for (const ValuePoint& point : FindCompatValues(series)) {
    end.max_step = is_first ? point.step : std::max(end.max_step, point.step);
    end.max_wall_time = is_first ? point.wall_time : std::max(end.max_wall_time, point.wall_time);
    is_first = false;
  }
  return end;
}

bool IsBlobSeries(const Series& series) {
  return IsOfClass(*series.info, DataClass::kBlobSequence);
}

std::string Quoted(const std::string& name) { return '"' + name + '"'; }

Error NotFound(std::string message) { return {Code::kNotFound, std::move(message)}; }

// What the key means; NOT_FOUND with TensorBoard's data server's own words.
struct FoundBlob {
  FoundSeries series;
  ValuePoint point;
};
Result<FoundBlob> FindBlob(const Snapshot& snapshot, const BlobKey& key) {
  SeriesFinder finder(snapshot, IsBlobSeries);
  if (finder.FindRun(key.run) == nullptr) return NotFound("no such run: " + Quoted(key.run));
  const FoundSeries found = finder.Find(key.run, key.tag);
  if (found.series == nullptr) {
    return NotFound("run " + Quoted(key.run) + " has no such tag: " + Quoted(key.tag));
  }
  const std::string place = "run " + Quoted(key.run) + ", tag " + Quoted(key.tag) + " has no ";
  const std::vector<ValuePoint> points = FindCompatValues(*found.series);
  const auto point = std::ranges::find(points, key.step, &ValuePoint::step);
  if (point == points.end()) {
    return NotFound(place + "step " + std::to_string(key.step) + "; may have been evicted");
  }
  if (key.index >= point->ref.blobs) {
    return NotFound(place + "index " + std::to_string(key.index) +
                    " (length: " + std::to_string(point->ref.blobs) + ")");
  }
  return FoundBlob{found, *point};
}

}  // namespace

namespace pb = tensorboard::data;

Status DataProvider::ListTensors(const pb::ListTensorsRequest& request, Call& call,
                                 pb::ListTensorsResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  const auto snapshot = snapshots_.Load();
  const auto fill = [&](const RunSnapshot&, const Series& series,
                        pb::ListTensorsResponse::TagEntry& tag) -> Status {
    return FillListed(series, FindValueEnd(series), call, *tag.mutable_metadata());
  };
  return WalkSeries(*snapshot, filter, DataClass::kTensor, call, response, fill);
}

Status DataProvider::ReadTensors(const pb::ReadTensorsRequest& request, Call& call,
                                 pb::ReadTensorsResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  ASSIGN_OR_RETURN(const uint64_t asked, ParsePointCount(request));
  const uint64_t limit = PointLimit(filter.plugin_name, asked);
  const auto snapshot = snapshots_.Load();
  ValueReader reader(files_);
  const auto fill = [&](const RunSnapshot& run, const Series& series,
                        pb::ReadTensorsResponse::TagEntry& tag) -> Status {
    pb::TensorData& data = *tag.mutable_data();
    if (limit == 0) return Status();
    for (const ValuePoint& point : SampleValues(series, limit)) {
      RETURN_IF_ERROR(call.Spend(kValueBytes + point.ref.value_length));
      ASSIGN_OR_RETURN(const std::optional<StoredValue> value, reader.Read({&run, &series}, point));
      if (!value) continue;
      data.add_step(point.step);
      data.add_wall_time(point.wall_time);
      data.add_value(std::string(value->proto()));
    }
    return Status();
  };
  return WalkSeries(*snapshot, filter, DataClass::kTensor, call, response, fill);
}

Status DataProvider::ListBlobSequences(const pb::ListBlobSequencesRequest& request, Call& call,
                                       pb::ListBlobSequencesResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  const auto snapshot = snapshots_.Load();
  const auto fill = [&](const RunSnapshot&, const Series& series,
                        pb::ListBlobSequencesResponse::TagEntry& tag) -> Status {
    tag.mutable_metadata()->set_max_length(MaxCompatBlobs(series));
    return FillListed(series, FindValueEnd(series), call, *tag.mutable_metadata());
  };
  return WalkSeries(*snapshot, filter, DataClass::kBlobSequence, call, response, fill);
}

Status DataProvider::ReadBlobSequences(const pb::ReadBlobSequencesRequest& request, Call& call,
                                       pb::ReadBlobSequencesResponse& response) const {
  ASSIGN_OR_RETURN(const SeriesFilter filter, ParseFilter(request));
  ASSIGN_OR_RETURN(const uint64_t asked, ParsePointCount(request));
  const uint64_t limit = PointLimit(filter.plugin_name, asked);
  const auto snapshot = snapshots_.Load();
  const auto fill = [&](const RunSnapshot& run, const Series& series,
                        pb::ReadBlobSequencesResponse::TagEntry& tag) -> Status {
    pb::BlobSequenceData& data = *tag.mutable_data();
    if (limit == 0) return Status();
    BlobKey key = {.experiment = request.experiment_id(),
                   .plugin = series.info->plugin_name,
                   .run = run.name,
                   .tag = series.info->tag};
    const size_t key_bytes = kKeyBytes + 2 * (key.experiment.size() + key.plugin.size() +
                                              key.run.size() + key.tag.size());
    for (const ValuePoint& point : SampleValues(series, limit)) {
      RETURN_IF_ERROR(call.Spend(kValueBytes + point.ref.blobs * key_bytes));
      data.add_step(point.step);
      data.add_wall_time(point.wall_time);
      pb::BlobReferenceSequence& references = *data.add_values();
      key.step = point.step;
      for (key.index = 0; key.index < point.ref.blobs; ++key.index) {
        references.add_blob_refs()->set_blob_key(key.Encode());
      }
    }
    return Status();
  };
  return WalkSeries(*snapshot, filter, DataClass::kBlobSequence, call, response, fill);
}

Status DataProvider::ReadBlob(const pb::ReadBlobRequest& request, Call& call,
                              const std::function<bool(std::string_view chunk)>& write) const {
  ASSIGN_OR_RETURN(const BlobKey key, BlobKey::Decode(request.blob_key()));
  const auto snapshot = snapshots_.Load();
  ASSIGN_OR_RETURN(const FoundBlob found, FindBlob(*snapshot, key));
  RETURN_IF_ERROR(call.Spend(found.point.ref.value_length));
  ValueReader reader(files_);
  ASSIGN_OR_RETURN(const std::string blob, reader.ReadBlob(found.series, found.point, key.index));
  for (std::string_view rest = blob; !rest.empty();) {
    if (!write(rest.substr(0, kChunkBytes))) {
      return Error{Code::kCancelled, "nobody waits for the rest"};
    }
    rest.remove_prefix(std::min(kChunkBytes, rest.size()));
  }
  return Status();
}

}  // namespace stepscope
