// The names of all runs as lists show them: in natural order, searchable, and what they share.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/name_table.h"
#include "store/snapshot.h"

namespace stepscope {

// 32-bit FNV-1a over the UTF-16 units of the name as pages are shown it, mixed at the end; the page
// has the same (web/src/widgets/colors.ts) and names runs in its address by the low 25 bits.
uint32_t HashRunName(std::string_view name);

struct RunOrder {
  std::vector<uint32_t> places;  // Indices into Snapshot::runs, in natural order of the names.
  std::vector<uint32_t> hashes;  // HashRunName, in that order.
  NameTable names;               // The same.
  // The folders that all names begin with, up to a '/', and what all of them end with, if that is
  // six bytes or more. Both are empty for less than two runs.
  std::string shared_prefix;
  std::string shared_suffix;
};

// Makes the order anew only when runs came or went. Thread-safe.
class RunOrders {
 public:
  std::shared_ptr<const RunOrder> For(const Snapshot& snapshot);
  uint64_t bytes() const;  // An estimate.

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
  std::shared_ptr<const RunOrder> order_;
};

}  // namespace stepscope
