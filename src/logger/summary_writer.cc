#include "logger/summary_writer.h"

#include <algorithm>

#include "base/log.h"
#include "plugins/scalars/summary.h"

namespace stepscope {
namespace {

// Bytes handed to one write(2): large enough that the call costs nothing a value.
constexpr size_t kChunkBytes = 256 << 10;

// Programs use tags again. One that makes new ones for ever keeps at most this many in memory.
constexpr size_t kMaxTags = 65536;

void AppendValue(std::string_view tag, double value, ScalarFormat format, std::string& summary) {
  switch (format) {
    case ScalarFormat::kSimpleValue:
      return AppendScalarValue(tag, static_cast<float>(value), summary);
    case ScalarFormat::kTensor:
      return AppendScalarTensorValue(tag, value, /*double_precision=*/false, summary);
    case ScalarFormat::kDoubleTensor:
      return AppendScalarTensorValue(tag, value, /*double_precision=*/true, summary);
  }
}

}  // namespace

SummaryWriter::SummaryWriter(std::string directory, SummaryWriterOptions options)
    : directory_(std::move(directory)),
      options_(std::move(options)),
      queue_limit_(std::max<size_t>(1, options_.max_queue_values)),
      wake_size_((queue_limit_ + 1) / 2) {
  Result<EventFile> file =
      EventFile::Create(*options_.files, *options_.clock, directory_,
                        {.exact = options_.file_name, .suffix = options_.filename_suffix});
  if (!file) {
    Fail(file.error());
    return;
  }
  file_.emplace(*std::move(file));
  queue_.reserve(queue_limit_);
  batch_.reserve(queue_limit_);
  thread_ = std::thread(&SummaryWriter::Run, this);
}

SummaryWriter::~SummaryWriter() {
  // The one line about an error was printed when it happened.
  [[maybe_unused]] const Status status = Close();
}

void SummaryWriter::AddScalar(std::string_view tag, double value, int64_t step,
                              const ScalarOptions& options) {
  const double wall_time = options.wall_time ? *options.wall_time : options_.clock->WallSeconds();
  std::unique_lock lock(mutex_);
  if (!IsStopped() && queue_.size() == queue_limit_) {
    ++counts_.waited;
    has_room_.wait(lock, [this] { return IsStopped() || queue_.size() < queue_limit_; });
  }
  if (IsStopped()) {
    ++counts_.dropped;
    return;
  }
  queue_.push_back({Intern(tag), value, wall_time, step, options.format});
  ++added_;
  const bool wakes = queue_.size() == 1 || queue_.size() == wake_size_;
  lock.unlock();
  if (wakes) has_work_.notify_one();
}

Status SummaryWriter::Flush() {
  std::unique_lock lock(mutex_);
  const uint64_t until = added_;
  if (done_ < until) {
    flush_until_ = std::max(flush_until_, until);
    has_work_.notify_one();
    is_done_.wait(lock, [&] { return done_ >= until; });
  }
  return CurrentStatus();
}

Status SummaryWriter::Close() {
  const std::lock_guard closing(close_mutex_);
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  has_work_.notify_one();
  has_room_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
    const Status status = file_->Close();
    if (!status) Fail(status.error());
  }
  const std::lock_guard lock(mutex_);
  return CurrentStatus();
}

WriterCounts SummaryWriter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::string SummaryWriter::path() const { return file_ ? file_->path() : std::string(); }

const std::string* SummaryWriter::Intern(std::string_view tag) {
  if (const auto found = tags_.find(tag); found != tags_.end()) return &*found;
  if (tags_.size() >= kMaxTags) {
    retired_.emplace_back(added_, std::exchange(tags_, {}));
  }
  return &*tags_.emplace(tag).first;
}

// Prints the one line about it; the first error stays.
void SummaryWriter::Fail(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = error;
  }
  LogError("logging ends, later values are dropped error=" + error.message);
  has_room_.notify_all();
}

Status SummaryWriter::CurrentStatus() const {
  const std::string dropped = "; " + std::to_string(counts_.dropped) + " values were dropped";
  if (failure_) return Error{failure_->code, failure_->message + dropped};
  if (counts_.dropped > 0)
    return Error{Code::kFailedPrecondition, "the writer is closed" + dropped};
  return {};
}

void SummaryWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    WaitForBatch(lock);
    if (queue_.empty()) return;  // Only when closing.
    batch_.swap(queue_);
    const bool is_lost = failure_.has_value();
    lock.unlock();
    has_room_.notify_all();

    std::optional<Error> error;
    const size_t written = is_lost ? 0 : WriteBatch(error);
    if (error) Fail(*error);

    lock.lock();
    counts_.written += written;
    counts_.dropped += batch_.size() - written;
    done_ += batch_.size();
    batch_.clear();
    while (!retired_.empty() && retired_.front().first <= done_) retired_.pop_front();
    is_done_.notify_all();
  }
}

// Returns with values in the queue, or closing and without any.
void SummaryWriter::WaitForBatch(std::unique_lock<std::mutex>& lock) {
  has_work_.wait(lock, [this] { return is_closing_ || !queue_.empty(); });
  has_work_.wait_for(lock, options_.flush_interval, [this] {
    return is_closing_ || flush_until_ > done_ || queue_.size() >= wake_size_;
  });
}

// Appends the records of batch_ and returns how many of its values are in the file as a whole.
size_t SummaryWriter::WriteBatch(std::optional<Error>& error) {
  size_t written = 0;
  for (const Value& value : batch_) {
    summary_.clear();
    AppendValue(*value.tag, value.value, value.format, summary_);
    AppendSummaryEvent(value.wall_time, value.step, summary_, event_, chunk_);
    chunk_ends_.push_back(chunk_.size());
    if (chunk_.size() >= kChunkBytes) written += WriteChunk(error);
    if (error) return written;
  }
  return written + WriteChunk(error);
}

size_t SummaryWriter::WriteChunk(std::optional<Error>& error) {
  const uint64_t start = file_->size_bytes();
  if (Status status = file_->Append(chunk_); !status) error = std::move(status).error();
  const uint64_t taken = file_->size_bytes() - start;
  const auto whole = std::upper_bound(chunk_ends_.begin(), chunk_ends_.end(), taken);
  const auto written = static_cast<size_t>(whole - chunk_ends_.begin());
  chunk_.clear();
  chunk_ends_.clear();
  return written;
}

}  // namespace stepscope
