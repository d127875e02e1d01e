// Which series a request is about.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <tensorboard/data_provider.pb.h>

#include "base/result.h"
#include "store/snapshot.h"

namespace stepscope {

// A name as clients get it: protobuf strings are UTF-8, file names and tags need not be.
std::string RpcName(std::string_view name);

class NameSet {
 public:
  NameSet() = default;  // Lets everything through.
  template <typename Names>
  explicit NameSet(const Names& names) : names_(std::in_place, names.begin(), names.end()) {}

  bool Has(std::string_view name) const;

 private:
  std::optional<std::set<std::string, std::less<>>> names_;
};

// A filter that is there and empty lets nothing through, one that is not there everything.
struct SeriesFilter {
  std::string plugin_name;
  NameSet runs;
  NameSet tags;
};

// `Request` has a plugin filter and a run and tag filter. INVALID_ARGUMENT without a plugin.
template <typename Request>
Result<SeriesFilter> ParseFilter(const Request& request) {
  SeriesFilter filter;
  filter.plugin_name = request.plugin_filter().plugin_name();
  if (filter.plugin_name.empty()) {
    return Error{Code::kInvalidArgument, "must specify non-empty plugin name"};
  }
  if (request.run_tag_filter().has_runs()) {
    filter.runs = NameSet(request.run_tag_filter().runs().names());
  }
  if (request.run_tag_filter().has_tags()) {
    filter.tags = NameSet(request.run_tag_filter().tags().names());
  }
  return filter;
}

// How many points of each series to answer with. INVALID_ARGUMENT when that is missing or negative.
template <typename Request>
Result<uint64_t> ParsePointCount(const Request& request) {
  if (!request.has_downsample()) {
    return Error{Code::kInvalidArgument, "must specify downsample"};
  }
  const int64_t count = request.downsample().num_points();
  if (count < 0) {
    return Error{Code::kInvalidArgument,
                 "num_points must be non-negative; got " + std::to_string(count)};
  }
  return static_cast<uint64_t>(count);
}

}  // namespace stepscope
