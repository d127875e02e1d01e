#include "ingest/watcher.h"

#include <condition_variable>
#include <mutex>

namespace stepscope {
namespace {

class SleepingWatcher final : public Watcher {
 public:
  Answer Add(const std::string& /*key*/, const std::string& /*path*/,
             uint64_t /*device*/) override {
    return Answer::kUnsupported;
  }
  void Remove(const std::string& /*key*/) override {}

  WatchedChanges Wait(std::chrono::nanoseconds timeout) override {
    std::unique_lock lock(mutex_);
    const auto is_awake = [this] { return is_awake_; };
    if (timeout < std::chrono::nanoseconds(0)) {
      wake_.wait(lock, is_awake);
    } else {
      wake_.wait_for(lock, timeout, is_awake);
    }
    is_awake_ = false;
    return {};
  }

  void Wake() override {
    {
      const std::lock_guard lock(mutex_);
      is_awake_ = true;
    }
    wake_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_awake_ = false;
};

}  // namespace

std::unique_ptr<Watcher> MakeSleepingWatcher() { return std::make_unique<SleepingWatcher>(); }

}  // namespace stepscope
