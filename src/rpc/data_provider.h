// TensorBoard's data provider (http-api.md, part 4) without a socket: messages in, messages out,
// from one snapshot a call. Where upstream's two providers differ, we answer as the Python one, or
// with more: nothing is sampled before it is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <tensorboard/data_provider.pb.h>

#include "base/file.h"
#include "base/result.h"
#include "rpc/call.h"
#include "store/snapshot.h"

namespace stepscope {

struct DataProviderOptions {
  std::string logdir;  // As the user gave it.
  // By plugin: no series is answered with more points. The others have no such bound.
  std::map<std::string, uint64_t, std::less<>> max_points;
};

// Thread-safe. The snapshots and files must outlive it. Every method fills `response`, which
// is to be dropped when there is an error.
class DataProvider {
 public:
  DataProvider(DataProviderOptions options, const SnapshotCell& snapshots, const FileSystem& files)
      : options_(std::move(options)), snapshots_(snapshots), files_(files) {}

  Status GetExperiment(const tensorboard::data::GetExperimentRequest& request, Call& call,
                       tensorboard::data::GetExperimentResponse& response) const;
  // Of every plugin that has logged something, in alphabetical order.
  Status ListPlugins(const tensorboard::data::ListPluginsRequest& request, Call& call,
                     tensorboard::data::ListPluginsResponse& response) const;
  // In the order of their start; +inf where that is unknown.
  Status ListRuns(const tensorboard::data::ListRunsRequest& request, Call& call,
                  tensorboard::data::ListRunsResponse& response) const;
  Status ListScalars(const tensorboard::data::ListScalarsRequest& request, Call& call,
                     tensorboard::data::ListScalarsResponse& response) const;
  // Thinned by extremes where fewer points are asked for than there are; the newest is always kept.
  Status ReadScalars(const tensorboard::data::ReadScalarsRequest& request, Call& call,
                     tensorboard::data::ReadScalarsResponse& response) const;
  Status ListTensors(const tensorboard::data::ListTensorsRequest& request, Call& call,
                     tensorboard::data::ListTensorsResponse& response) const;
  // Thinned evenly, here and below. Old shapes of values come as the tensors that upstream makes of
  // them, but histograms keep their precision, as in its data server.
  Status ReadTensors(const tensorboard::data::ReadTensorsRequest& request, Call& call,
                     tensorboard::data::ReadTensorsResponse& response) const;
  Status ListBlobSequences(const tensorboard::data::ListBlobSequencesRequest& request, Call& call,
                           tensorboard::data::ListBlobSequencesResponse& response) const;
  Status ReadBlobSequences(const tensorboard::data::ReadBlobSequencesRequest& request, Call& call,
                           tensorboard::data::ReadBlobSequencesResponse& response) const;
  // Calls `write` with one piece after the other, until it returns false: nobody reads any more.
  Status ReadBlob(const tensorboard::data::ReadBlobRequest& request, Call& call,
                  const std::function<bool(std::string_view chunk)>& write) const;

 private:
  uint64_t PointLimit(std::string_view plugin_name, uint64_t asked) const;

  const DataProviderOptions options_;
  const SnapshotCell& snapshots_;
  const FileSystem& files_;
};

}  // namespace stepscope
