// A fixed number of threads that run tasks in the order in which they were given.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stepscope {

class ThreadPool {
 public:
  explicit ThreadPool(size_t thread_count);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();  // Drops tasks that have not begun and waits for those that have.

  void Submit(std::function<void()> task);  // Tasks must not throw.

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stepscope
