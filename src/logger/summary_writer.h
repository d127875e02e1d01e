// stepscope::SummaryWriter: what a training program logs through.
//
//   stepscope::SummaryWriter writer("runs/first");
//   for (int64_t step = 0; step < 1000; ++step) writer.AddScalar("train/loss", Train(), step);
//   if (const auto status = writer.Close(); !status) ...;
//
// AddScalar puts the value into a bounded queue; a thread of the writer's own turns what is queued
// into records and appends them to one event file. Training never fails or hangs because of its
// log: after a write error later values are dropped and counted, one line is printed, and Flush and
// Close return the error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "logger/append_file.h"
#include "logger/event_file.h"

namespace stepscope {

struct SummaryWriterOptions {
  // How many values may wait for the writer's thread, 40 bytes each. When they do, the next call
  // waits until there is room.
  size_t max_queue_values = 32768;
  // How long a value may stay in memory before it is written, without a call of Flush().
  std::chrono::milliseconds flush_interval{1000};
  std::string filename_suffix;
  // Instead of the name that is made from time, host, process and a counter. It must contain
  // "tfevents", or nobody finds the file; a file that exists is an error.
  std::string file_name;
  const Clock* clock = &SystemClock();                      // Must outlive the writer.
  const AppendFileSystem* files = &RealAppendFileSystem();  // Must outlive the writer.
};

// The three layouts of PyTorch's writer (summary-writer.md 1.2).
enum class ScalarFormat : uint8_t {
  kSimpleValue,   // float32, the one that every reader knows.
  kTensor,        // float32, `new_style`.
  kDoubleTensor,  // float64, `new_style` and `double_precision`. TensorBoard's data server skips
                  // it.
};

struct ScalarOptions {
  std::optional<double> wall_time;  // Seconds since the epoch; now, when there is none.
  ScalarFormat format = ScalarFormat::kSimpleValue;
};

struct WriterCounts {
  uint64_t written = 0;  // Values whose records are in the file.
  uint64_t dropped = 0;  // Values that were lost to a write error or came after Close().
  uint64_t waited = 0;   // Calls that found the queue full.
};

// Thread-safe but for the constructor and the destructor.
class SummaryWriter {
 public:
  // Makes the directory, and in it a new event file with its first record. When that fails the
  // writer drops everything, as after any other error.
  explicit SummaryWriter(std::string directory, SummaryWriterOptions options = {});
  SummaryWriter(const SummaryWriter&) = delete;
  SummaryWriter& operator=(const SummaryWriter&) = delete;
  ~SummaryWriter();  // Closes.

  // Any bytes are a tag, any number is a value. Allocates nothing when the tag was used before.
  void AddScalar(std::string_view tag, double value, int64_t step = 0,
                 const ScalarOptions& options = {});

  // Waits until everything that was added before the call is in the file (with the operating
  // system: it outlives the process, not a power cut). An error if anything was dropped so far.
  Status Flush();
  // Flushes, ends the thread, closes the file. Later values are dropped and counted. Calling it
  // again returns the same.
  Status Close();

  WriterCounts counts() const;
  const std::string& directory() const { return directory_; }
  std::string path() const;  // Of the event file; empty when it could not be made.

 private:
  struct Value {
    const std::string* tag;  // In tags_ or in a retired set, which outlives it.
    double value;
    double wall_time;
    int64_t step;
    ScalarFormat format;
  };
  struct TagHash {
    using is_transparent = void;
    size_t operator()(std::string_view tag) const { return std::hash<std::string_view>()(tag); }
  };
  using TagSet = std::unordered_set<std::string, TagHash, std::equal_to<>>;

  const std::string* Intern(std::string_view tag);
  bool IsStopped() const { return is_closing_ || failure_.has_value(); }
  void Fail(const Error& error);
  Status CurrentStatus() const;

  void Run();
  void WaitForBatch(std::unique_lock<std::mutex>& lock);
  size_t WriteBatch(std::optional<Error>& error);
  size_t WriteChunk(std::optional<Error>& error);

  const std::string directory_;
  const SummaryWriterOptions options_;
  const size_t queue_limit_;
  const size_t wake_size_;  // The thread is woken before the queue is full.

  mutable std::mutex mutex_;
  std::condition_variable has_work_;  // For the thread.
  std::condition_variable has_room_;  // For callers that found the queue full.
  std::condition_variable is_done_;   // For Flush.

  // Below: guarded by mutex_.
  std::vector<Value> queue_;
  TagSet tags_;
  std::deque<std::pair<uint64_t, TagSet>> retired_;  // Freed once done_ has reached the number.
  uint64_t added_ = 0;                               // Values that entered the queue so far.
  uint64_t done_ = 0;                                // Of these, those written or dropped.
  uint64_t flush_until_ = 0;  // Values up to this one are wanted in the file at once.
  bool is_closing_ = false;
  std::optional<Error> failure_;
  WriterCounts counts_;

  // Below: the thread's own, and the constructor's before it and Close's after it.
  std::optional<EventFile> file_;
  std::vector<Value> batch_;
  std::string summary_;
  std::string event_;
  std::string chunk_;
  std::vector<size_t> chunk_ends_;  // Where each record of the chunk ends.

  std::mutex close_mutex_;  // Held over the join, so that two Close calls both wait for it.
  std::thread thread_;
};

}  // namespace stepscope
