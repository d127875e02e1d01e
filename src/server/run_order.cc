#include "server/run_order.h"

#include <algorithm>
#include <numeric>

#include "base/strings.h"
#include "server/natural_order.h"

namespace stepscope {
namespace {

constexpr size_t kMinSuffixBytes = 6;  // What is shorter is not worth giving way.

bool IsInsideCharacter(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// The UTF-8 character at text[at]; the text is valid. Moves `at` behind it.
uint32_t TakeCharacter(std::string_view text, size_t& at) {
  const auto first = static_cast<uint8_t>(text[at++]);
  if (first < 0x80) return first;
  uint32_t character = first & (first < 0xe0 ? 0x1fU : first < 0xf0 ? 0x0fU : 0x07U);
  while (at < text.size() && IsInsideCharacter(text[at])) {
    character = character << 6 | (static_cast<uint8_t>(text[at++]) & 0x3fU);
  }
  return character;
}

size_t SharedStart(std::string_view a, std::string_view b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

size_t SharedEnd(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first;
  return static_cast<size_t>(end - a.rbegin());
}

// `names` are sorted by bytes: the first and the last share what all begin with.
void FindShared(const std::vector<std::string>& names, RunOrder& order) {
  if (names.size() < 2) return;
  const std::string_view first = names.front();
  const size_t start = SharedStart(first, names.back());
  const size_t slash = start == 0 ? std::string_view::npos : first.rfind('/', start - 1);
  const size_t prefix = slash == std::string_view::npos ? 0 : slash + 1;

  const std::string_view rest = first.substr(prefix);
  size_t end = rest.size();
  size_t shortest = rest.size();
  for (const std::string& name : names) {
    const std::string_view other = std::string_view(name).substr(prefix);
    end = std::min(end, SharedEnd(rest, other));
    shortest = std::min(shortest, other.size());
  }
  // Something has to be left of each name to tell it by.
  if (shortest == 0) return;
  order.shared_prefix = first.substr(0, prefix);
  std::string_view suffix = rest.substr(rest.size() - end);
  while (!suffix.empty() && IsInsideCharacter(suffix.front())) suffix.remove_prefix(1);
  if (suffix.size() >= kMinSuffixBytes && end < shortest) order.shared_suffix = suffix;
}

}  // namespace

uint32_t HashRunName(std::string_view name) {
  uint32_t hash = 0x811c9dc5;
  const auto add = [&](uint32_t unit) { hash = (hash ^ unit) * 0x01000193; };
  const std::string shown = ToValidUtf8(name);
  for (size_t at = 0; at < shown.size();) {
    const uint32_t character = TakeCharacter(shown, at);
    if (character < 0x10000) {
      add(character);
    } else {  // A pair of surrogates.
      add(0xd800 + ((character - 0x10000) >> 10));
      add(0xdc00 + ((character - 0x10000) & 0x3ff));
    }
  }
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

std::shared_ptr<const RunOrder> RunOrders::For(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  const auto& runs = snapshot.runs;
  const bool is_known =
      order_ != nullptr &&
      std::ranges::equal(names_, runs, {}, {},
                         [](const auto& run) -> const std::string& { return run->name; });
  if (is_known) return order_;
  names_.clear();
  for (const auto& run : runs) names_.push_back(run->name);
  auto order = std::make_shared<RunOrder>();
  order->places.resize(runs.size());
  std::iota(order->places.begin(), order->places.end(), 0);
  std::ranges::sort(order->places,
                    [&](uint32_t a, uint32_t b) { return NaturalLess(names_[a], names_[b]); });
  for (const uint32_t place : order->places) {
    order->names.Add(names_[place]);
    order->hashes.push_back(HashRunName(names_[place]));
  }
  FindShared(names_, *order);
  return order_ = std::move(order);
}

uint64_t RunOrders::bytes() const {
  const std::lock_guard lock(mutex_);
  if (order_ == nullptr) return 0;
  uint64_t bytes = order_->names.bytes() + order_->places.size() * 2 * sizeof(uint32_t);
  for (const std::string& name : names_) bytes += sizeof(name) + name.capacity();
  return bytes;
}

}  // namespace stepscope
