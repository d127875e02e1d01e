// What the routes of pictures and sounds have in common: they list keys, and serve a blob by its
// key (plugin/blob_key.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plugin/plugin.h"
#include "plugin/series_finder.h"
#include "plugin/value_reader.h"

namespace stepscope {

// What `run`, `tag` and `sample` (which of a step's pictures or sounds, counted from 0) name, of
// the series that `accepts` says yes to. NOT_FOUND: "No image data for run='x', tag='y'".
struct FoundSample {
  FoundSeries found;
  uint32_t sample = 0;
};
Result<FoundSample> FindSample(const Request& request, const Context& context,
                               SeriesFinder::Accepts accepts, std::string_view what);

std::string BlobKeyOf(const FoundSeries& found, std::string_view plugin, const ValuePoint& point,
                      uint32_t index);

// The bytes that a key stands for, in a series that `accepts` says yes to. NOT_FOUND: a step that
// is no longer there. INVALID_ARGUMENT: no key, or one of a run, a tag or an index that there is
// not. And the errors of ValueReader::Read().
Result<std::string> ReadKeyedBlob(std::string_view key, SeriesFinder::Accepts accepts,
                                  const Context& context);

}  // namespace stepscope
