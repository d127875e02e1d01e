// What the runs of a snapshot say of hyperparameters: sessions, which are runs that began with
// some, and the experiment, which says what parameters and metrics there are
// (tensorboard/plugins/hparams/backend_context.py).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/arena.h>
#include <tensorboard/hparams.pb.h>

#include "base/result.h"
#include "store/snapshot.h"

namespace stepscope {

namespace hparams = tensorboard::hparams;

struct SessionRun {
  std::string name;  // Of the run, as it is shown.
  const hparams::SessionStartInfo* start = nullptr;
  const hparams::SessionEndInfo* end = nullptr;  // Null while it runs.
};

struct HparamsRuns {
  // Holds the messages: taking thousands of them apart one by one costs more than reading them.
  std::unique_ptr<google::protobuf::Arena> arena = std::make_unique<google::protobuf::Arena>();
  const hparams::Experiment* experiment = nullptr;  // That of the first run that logged one.
  std::vector<SessionRun> sessions;                 // By name.
};

// Runs by name; what cannot be read, which ingest counts, is left out. RESOURCE_EXHAUSTED: there is
// too much of it for one answer.
Result<HparamsRuns> ReadHparamsRuns(const Snapshot& snapshot);

// The experiment that was logged, else what the sessions tell: types and domains of their
// parameters, and metrics of all scalars in them and below them. Parameters that differ come first,
// then by name; a `limit` other than 0 cuts them as a slice of Python's.
hparams::Experiment DescribeExperiment(const Snapshot& snapshot, const HparamsRuns& runs,
                                       bool include_metrics, int64_t limit);

// The metrics of that experiment alone.
google::protobuf::RepeatedPtrField<hparams::MetricInfo> DescribeMetrics(const Snapshot& snapshot,
                                                                        const HparamsRuns& runs);

// The run of a metric's series: the session itself or one below it
// (tensorboard/plugins/hparams/metrics.py).
std::string MetricRun(std::string_view session, std::string_view group);

// Nothing for a value that is no text, bool or finite number.
bool IsShownValue(const google::protobuf::Value& value);

// Where the items [begin, begin + count) of a Python slice lie in a list of that size.
struct Slice {
  int64_t begin = 0;
  int64_t end = 0;
};
Slice PythonSlice(int64_t size, int64_t begin, int64_t end);

}  // namespace stepscope
