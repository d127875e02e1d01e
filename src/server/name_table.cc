#include "server/name_table.h"

#include <algorithm>

#include "base/strings.h"

namespace stepscope {

void NameTable::Add(std::string_view name) {
  name = name.substr(0, NameFilter::kMaxNameBytes);
  names_.append(name).push_back('\n');
  folded_.append(AsciiLower(name)).push_back('\n');
  ends_.push_back(names_.size());
}

std::string_view NameTable::name(size_t i) const {
  const size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(names_).substr(begin, ends_[i] - begin - 1);
}

Result<MatchingNames> NameTable::Find(std::string_view text, const Clock& clock) const {
  if (text.empty()) return MatchingNames(size());
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find(
        answers_, text, [](const auto& answer) -> std::string_view { return answer.first; });
    if (known != answers_.end()) {
      std::rotate(answers_.begin(), known, known + 1);
      return MatchingNames(answers_.front().second);
    }
  }
  ASSIGN_OR_RETURN(const NameFilter filter, NameFilter::Parse(text));
  Places places;
  if (!filter.folded_text().empty()) {
    places = FindText(filter.folded_text());
  } else {
    ASSIGN_OR_RETURN(places, FindExpression(filter, clock));
  }
  const std::lock_guard lock(mutex_);
  answers_.emplace_front(text, places);
  if (answers_.size() > kMaxKeptAnswers) answers_.pop_back();
  return MatchingNames(std::move(places));
}

NameTable::Places NameTable::FindText(std::string_view folded) const {
  auto places = std::make_shared<std::vector<uint32_t>>();
  const std::string_view all = folded_;
  auto end = ends_.begin();
  for (size_t at = all.find(folded); at != std::string_view::npos; at = all.find(folded, at)) {
    end = std::upper_bound(end, ends_.end(), at);
    // A text with a line break may reach into the next name.
    if (at + folded.size() < *end) {
      places->push_back(static_cast<uint32_t>(end - ends_.begin()));
      at = *end;
    } else {
      ++at;
    }
  }
  return places;
}

Result<NameTable::Places> NameTable::FindExpression(const NameFilter& filter,
                                                    const Clock& clock) const {
  TimedFilter timed_filter(filter, clock);
  auto places = std::make_shared<std::vector<uint32_t>>();
  for (size_t i = 0; i < size(); ++i) {
    ASSIGN_OR_RETURN(const bool matches, timed_filter.Matches(name(i)));
    if (matches) places->push_back(static_cast<uint32_t>(i));
  }
  return Places(std::move(places));
}

size_t NameTable::text_bytes() const {
  return names_.capacity() + folded_.capacity() + ends_.capacity() * sizeof(size_t);
}

size_t NameTable::bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = text_bytes();
  for (const auto& [text, places] : answers_) bytes += places->capacity() * sizeof(uint32_t);
  return bytes;
}

size_t NameTable::max_bytes() const {
  return text_bytes() + kMaxKeptAnswers * 2 * size() * sizeof(uint32_t);
}

}  // namespace stepscope
