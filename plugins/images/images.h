// The images dashboard: pictures, step by step. Reference: tensorboard/plugins/image.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kImages;

// A value is [width, height, picture, picture, ...], the two sizes as decimal text.
inline constexpr uint32_t kSizeBlobs = 2;

bool IsImageSeries(const Series& series);

// What the first bytes say: image/png, image/jpeg, image/gif, image/bmp, else
// application/octet-stream, which browsers do not show: an SVG can hold scripts.
std::string_view SniffImageType(std::string_view bytes);

}  // namespace stepscope
