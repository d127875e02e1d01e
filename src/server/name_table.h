// Names that are searched again and again: they lie in one piece of memory, and the answers to the
// last filters are kept. A tenth of a million names take some milliseconds for an expression, less
// than one for a text, and nothing for a filter that was just asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/name_filter.h"

namespace stepscope {

// Which of a table's names match, in the table's order.
class MatchingNames {
 public:
  explicit MatchingNames(size_t size) : size_(size) {}  // All.
  explicit MatchingNames(std::shared_ptr<const std::vector<uint32_t>> places)
      : size_(places->size()), places_(std::move(places)) {}

  size_t size() const { return size_; }
  size_t operator[](size_t i) const { return places_ ? (*places_)[i] : i; }

 private:
  size_t size_;
  std::shared_ptr<const std::vector<uint32_t>> places_;
};

// Once it is filled, thread-safe.
class NameTable {
 public:
  static constexpr size_t kMaxKeptAnswers = 8;  // A page asks anew with each letter.

  void Add(std::string_view name);
  size_t size() const { return ends_.size(); }

  // INVALID_ARGUMENT: what is wrong with the filter, or that it takes too long (NameFilter).
  Result<MatchingNames> Find(std::string_view filter, const Clock& clock) const;

  // With the answers that are kept, and the most that they can take.
  size_t bytes() const;
  size_t max_bytes() const;

 private:
  using Places = std::shared_ptr<const std::vector<uint32_t>>;

  std::string_view name(size_t i) const;
  Places FindText(std::string_view folded) const;
  Result<Places> FindExpression(const NameFilter& filter, const Clock& clock) const;
  size_t text_bytes() const;

  std::string names_;   // Each ends with '\n', which names may contain, too.
  std::string folded_;  // The same in lower case, where ASCII has one.
  std::vector<size_t> ends_;

  mutable std::mutex mutex_;
  mutable std::deque<std::pair<std::string, Places>> answers_;  // The last one asked for first.
};

}  // namespace stepscope
