// How a command's flags ask for log directories to be read, and the index on disk.
#pragma once

#include <memory>

#include "app/flags.h"
#include "index/index_store.h"
#include "ingest/ingest.h"

namespace stepscope {

// Gives a command with a --logdir_spec the directory that stands for it.
Status LinkLogdirSpec(Command& command);

// Null when there is to be none, or none can be had: that is said once, and costs no more than
// time.
std::unique_ptr<IndexStore> OpenIndex(const Command& command);

// For a command that serves; `index` may be null.
IngestOptions IngestOptionsOf(const Command& command, IndexStore* index);

}  // namespace stepscope
