// The index on disk that a command's flags ask for.
#pragma once

#include <memory>

#include "app/flags.h"
#include "index/index_store.h"

namespace stepscope {

// Null when there is to be none, or none can be had: that is said once, and costs no more than
// time.
std::unique_ptr<IndexStore> OpenIndex(const Command& command);

}  // namespace stepscope
