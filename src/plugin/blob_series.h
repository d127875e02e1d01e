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

// The parameter `sample`: which of a step's pictures or sounds, counted from 0.
Result<uint32_t> SampleOf(const Request& request);

std::string BlobKeyOf(const FoundSeries& found, std::string_view plugin, const ValuePoint& point,
                      uint32_t index);

// The bytes that a key stands for, in a series that `accepts` says yes to. NOT_FOUND: a step that
// is no longer there. INVALID_ARGUMENT: no key, or one of a run, a tag or an index that there is
// not. And the errors of ValueReader::Read().
Result<std::string> ReadKeyedBlob(std::string_view key, SeriesFinder::Accepts accepts,
                                  const Context& context);

}  // namespace stepscope
