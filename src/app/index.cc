#include "app/index.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "app/logdir_spec.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "ingest/run_loader.h"

namespace stepscope {
namespace {

// What decides, beside the files, what is read from them. FNV-1a: numbers only have to differ.
uint64_t ContentFormat(const Command& command) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view bytes) {
    for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  };
  add(STEPSCOPE_VERSION);
  add(' ' + std::to_string(RunLoader::kArchiveFormat));
  add(' ' + std::to_string(StageArchive::kFormat));
  add(' ' + std::to_string(command.max_record_bytes));
  return hash;
}

std::unique_ptr<IndexStore> Nothing(const Error& error) {
  LogWarning("there is no index, each start reads all files reason=" + error.message);
  return nullptr;
}

}  // namespace

Status LinkLogdirSpec(Command& command) {
  if (command.logdir_spec.empty()) return {};
  // Beside the index, so that the next start has the same directory, and its index.
  ASSIGN_OR_RETURN(const std::string cache,
                   DefaultIndexDirectory(std::getenv("XDG_CACHE_HOME"), std::getenv("HOME")));
  ASSIGN_OR_RETURN(command.logdir_path, LinkLogdirs(command.logdir_spec, cache + "-logdirs"));
  return {};
}

std::unique_ptr<IndexStore> OpenIndex(const Command& command) {
  if (!command.has_index) return nullptr;
  std::string directory = command.index_dir;
  if (directory.empty()) {
    auto usual = DefaultIndexDirectory(std::getenv("XDG_CACHE_HOME"), std::getenv("HOME"));
    if (!usual) return Nothing(usual.error());
    directory = *std::move(usual);
  }
  auto store = IndexStore::Open(RealDisk(), SystemClock(),
                                {.directory = std::move(directory),
                                 .logdir = command.logdir_path,
                                 .content_format = ContentFormat(command)});
  if (store) return *std::move(store);
  // A directory that does not exist yet has nothing worth an index.
  return store.error().code == Code::kNotFound ? nullptr : Nothing(store.error());
}

IngestOptions IngestOptionsOf(const Command& command, IndexStore* index) {
  return {.logdir = command.logdir_path,
          .reload_interval_s = command.reload_interval_s,
          .threads = command.max_reload_threads,
          .max_record_bytes = command.max_record_bytes,
          .check = CheckSeries,
          .index = index};
}

}  // namespace stepscope
