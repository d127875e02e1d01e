#include "app/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace stepscope {
namespace {

constexpr size_t kBufferBytes = 256 * 1024;

Error SystemError(const std::string& what) {
  return {errno == EPIPE ? Code::kCancelled : Code::kUnavailable,
          what + ": " + std::generic_category().message(errno)};
}

}  // namespace

Result<Output> Output::Open(const std::string& path) {
  if (path.empty()) return Output(STDOUT_FILENO);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return SystemError(path + " cannot be written");
  Output output(descriptor);
  output.is_owned_ = true;
  output.name_ = path;
  return output;
}

Output::Output(Output&& other) noexcept
    : descriptor_(other.descriptor_),
      is_owned_(std::exchange(other.is_owned_, false)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      size_(other.size_),
      status_(std::move(other.status_)) {}

Output::~Output() {
  if (is_owned_) ::close(descriptor_);
}

void Output::Write(std::string_view bytes) {
  size_ += bytes.size();
  if (!status_) return;
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    Drain(buffer_);
    buffer_.clear();
  }
  if (bytes.size() > kBufferBytes) {
    Drain(bytes);
  } else {
    buffer_ += bytes;
  }
}

void Output::Drain(std::string_view bytes) {
  while (status_ && !bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      status_ = SystemError("writing to " + name_);
    }
  }
}

void Output::Fail(Error error) {
  if (status_) status_ = std::move(error);
}

Status Output::Finish() {
  Drain(buffer_);
  buffer_.clear();
  if (is_owned_) {
    is_owned_ = false;
    if (::close(descriptor_) != 0 && status_) status_ = SystemError("writing to " + name_);
  }
  return status_;
}

}  // namespace stepscope
