#include "ingest/run_queue.h"

#include <utility>

namespace stepscope {

void RunQueue::Push(std::shared_ptr<IngestRun> run) {
  if (run->was_loaded) {
    changed_.push_back(std::move(run));
  } else {
    unread_.push(std::move(run));
  }
}

std::shared_ptr<IngestRun> RunQueue::Pop() {
  if (empty()) return nullptr;
  is_changed_turn_ = !is_changed_turn_;
  std::shared_ptr<IngestRun> run;
  if (unread_.empty() || (is_changed_turn_ && !changed_.empty())) {
    run = std::move(changed_.front());
    changed_.pop_front();
  } else {
    run = unread_.top();
    unread_.pop();
  }
  return run;
}

}  // namespace stepscope
