// What the live socket says (docs/api.md, /api/live); the socket itself is the listener's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/stats.h"
#include "store/snapshot.h"

namespace stepscope {

// Not thread-safe: the listener's I/O thread owns it.
class LiveMessages {
 public:
  explicit LiveMessages(const Stats& stats) : stats_(stats) {}

  // The message for a client that last was told of `before` (null: it has just connected) and now
  // hears of `now`, and that the tags are at that revision (CoreApi). Clients that keep up share
  // one text.
  std::shared_ptr<const std::string> Between(const std::shared_ptr<const Snapshot>& before,
                                             const std::shared_ptr<const Snapshot>& now,
                                             uint64_t tags_revision);

 private:
  const Stats& stats_;
  std::shared_ptr<const Snapshot> last_before_;
  std::shared_ptr<const Snapshot> last_now_;
  uint64_t last_tags_revision_ = 0;
  std::shared_ptr<const std::string> last_text_;
};

}  // namespace stepscope
