// Pictures as they are stored, which two dashboards show: images and time series
// (tensorboard/plugins/image/images_plugin.py).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "plugin/plugin.h"

namespace stepscope {

inline constexpr std::string_view kImagesPlugin = "images";  // The plugin_name on disk.
inline constexpr uint64_t kDefaultImageSamples = 10;  // images_plugin.py, _DEFAULT_DOWNSAMPLING.

// A value is [width, height, picture, picture, ...], the two sizes as decimal text.
inline constexpr uint32_t kSizeBlobs = 2;

bool IsImageSeries(const Series& series);

// The most pictures that a step has; upstream subtracts the two sizes even where there is less.
int64_t MaxPictures(const Series& series);

// What the first bytes say: image/png, image/jpeg, image/gif, image/bmp, else
// application/octet-stream, which browsers do not show: an SVG can hold scripts.
std::string_view SniffImageType(std::string_view bytes);

// The picture behind a key; the errors of ReadKeyedBlob().
Result<Response> KeyedImageResponse(std::string_view key, const Context& context);

}  // namespace stepscope
