#include "store/info_pool.h"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace stepscope {
namespace {

// Loaders of different runs meet here, so that one lock would make them wait for each other.
constexpr size_t kShards = 16;
constexpr size_t kMinSweepSize = 1024;

struct Shard {
  std::mutex mutex;
  // By hash; what nobody holds any more is swept out now and then.
  std::unordered_multimap<size_t, std::weak_ptr<const SeriesInfo>> infos;
  size_t sweep_size = kMinSweepSize;
};

size_t HashOf(const SeriesInfo& info) {
  const std::hash<std::string_view> hash;
  return hash(info.tag) ^ (hash(info.plugin_name) * 3) ^ (hash(info.plugin_content) * 5) ^
         (hash(info.display_name) * 7) ^ (hash(info.description) * 11);
}

Shard& ShardOf(size_t hash) {
  static std::array<Shard, kShards>& shards = *new std::array<Shard, kShards>;  // Never destroyed.
  return shards[hash % kShards];
}

}  // namespace

std::shared_ptr<const SeriesInfo> SharedInfo(SeriesInfo info) {
  const size_t hash = HashOf(info);
  Shard& shard = ShardOf(hash);
  const std::lock_guard lock(shard.mutex);
  const auto [begin, end] = shard.infos.equal_range(hash);
  for (auto entry = begin; entry != end; ++entry) {
    auto known = entry->second.lock();
    if (known && *known == info) return known;
  }
  // Not make_shared: the pool's weak pointers would keep the memory.
  const std::shared_ptr<const SeriesInfo> added(new SeriesInfo(std::move(info)));
  shard.infos.emplace(hash, added);
  if (shard.infos.size() >= shard.sweep_size) {
    std::erase_if(shard.infos, [](const auto& entry) { return entry.second.expired(); });
    shard.sweep_size = std::max(kMinSweepSize, 2 * shard.infos.size());
  }
  return added;
}

}  // namespace stepscope
