#include "plugins/projector/line_reader.h"

#include <span>

namespace stepscope {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

Result<std::optional<std::string_view>> LineReader::Next() {
  line_begin_ = line_end_;
  size_t searched = line_begin_;
  while (true) {
    const size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos || is_at_end_) {
      line_end_ = newline == std::string::npos ? buffer_.size() : newline + 1;
      if (line_begin_ == line_end_) return std::optional<std::string_view>();
      return std::optional(std::string_view(buffer_).substr(line_begin_, line_end_ - line_begin_));
    }
    buffer_.erase(0, line_begin_);
    line_begin_ = line_end_ = 0;
    searched = buffer_.size();
    if (searched > kMaxLineBytes) {
      return Error{Code::kOutOfRange,
                   "a line is longer than " + std::to_string(kMaxLineBytes) + " bytes"};
    }
    buffer_.resize(searched + kChunkBytes);
    const auto chunk = std::as_writable_bytes(std::span(buffer_).subspan(searched));
    const Result<size_t> count = file_.ReadAt(offset_, chunk);
    buffer_.resize(searched + (count ? *count : 0));
    if (!count) return count.error();
    offset_ += *count;
    is_at_end_ = *count < kChunkBytes;
  }
}

}  // namespace stepscope
