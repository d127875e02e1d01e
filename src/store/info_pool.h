// One copy of what thousands of runs say of the same tag.
#pragma once

#include <memory>

#include "store/snapshot.h"

namespace stepscope {

// An object with this content, which everybody who asks for the same content shares while anybody
// holds it. Thread-safe.
std::shared_ptr<const SeriesInfo> SharedInfo(SeriesInfo info);

}  // namespace stepscope
