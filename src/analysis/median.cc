#include "analysis/median.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "analysis/rank_set.h"

namespace stepscope {
namespace {

// A value whose order is that of its key, and where it stood.
struct Item {
  uint64_t key = 0;
  uint32_t place = 0;
};

constexpr uint64_t kSign = uint64_t{1} << 63;

uint64_t KeyOf(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double ValueOf(uint64_t key) {
  return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
}

// Sorts by radix, of digits that differ at all: noise in float32 has three or four. Equal keys
// stay in order. `spare` is as long as `items`.
class ItemSorter {
 public:
  void Sort(std::vector<Item>& items) {
    constexpr size_t kFew = 128;
    if (items.size() <= kFew) {
      const auto is_less = [](const Item& a, const Item& b) { return a.key < b.key; };
      return std::stable_sort(items.begin(), items.end(), is_less);
    }
    uint64_t all_or = 0;
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    for (const Item& item : items) {
      low = std::min(low, item.key);
      high = std::max(high, item.key);
    }
    for (const Item& item : items) all_or |= item.key - low;
    if (all_or == 0) return;
    const int first_bit = std::countr_zero(all_or);
    const int bits = 64 - std::countl_zero(high - low);
    // Few items do not fill many counts.
    const int digit_bits = items.size() < 4096 ? 8 : 11;
    spare_.resize(items.size());
    for (int shift = first_bit; shift < bits; shift += digit_bits) {
      Distribute(items, low, shift, digit_bits);
      items.swap(spare_);
    }
  }

 private:
  // Into `spare_`, by one digit.
  void Distribute(const std::vector<Item>& items, uint64_t low, int shift, int digit_bits) {
    const uint64_t mask = (uint64_t{1} << digit_bits) - 1;
    const auto digit = [&](const Item& item) { return (item.key - low) >> shift & mask; };
    ends_.assign(mask + 1, 0);
    for (const Item& item : items) ++ends_[digit(item)];
    std::exclusive_scan(ends_.begin(), ends_.end(), ends_.begin(), uint32_t{0});
    for (const Item& item : items) spare_[ends_[digit(item)]++] = item;
  }

  std::vector<Item> spare_;
  std::vector<uint32_t> ends_;
};

class MedianKernel : public SmoothingKernel {
 public:
  MedianKernel(uint32_t window, uint32_t ahead)
      : window_(window), ahead_(ahead), block_(std::max<size_t>(window, kMinMedianBlock)) {}

  void Add(std::span<const double> /*xs*/, std::span<const double> values,
           std::vector<double>& smoothed) override {
    while (!values.empty()) {
      const size_t taken = std::min(values.size(), block_ - newer_.size());
      for (const double value : values.first(taken)) {
        newer_.push_back({KeyOf(value), static_cast<uint32_t>(newer_.size())});
      }
      values = values.subspan(taken);
      if (newer_.size() == block_) Settle(smoothed);
    }
  }

  void Settle(std::vector<double>& smoothed) override {
    if (newer_.empty()) return;
    Rank();
    for (const size_t end = ranks_.size(); end_ < end;) {
      if (end_ - oldest_ == window_) PopOldest();
      Push();
      if (++count_ > ahead_) smoothed.push_back(Median());
    }
  }

  void Finish(std::vector<double>& smoothed) override {
    Settle(smoothed);
    // As many points are left as are looked ahead for; their windows end beyond the last point.
    const uint64_t left = std::min<uint64_t>(count_, ahead_);
    for (uint64_t end = count_ + ahead_ - left + 1; end <= count_ + ahead_; ++end) {
      const uint64_t begin = end - std::min<uint64_t>(end, window_);
      while (count_ - (end_ - oldest_) < begin) PopOldest();
      smoothed.push_back(Median());
    }
  }

 private:
  void Rank();
  void Push() {
    const uint32_t rank = ranks_[end_++];
    members_.Insert(rank);
    below_ += rank < middle_ ? 1 : 0;
  }
  void PopOldest() {
    const uint32_t rank = ranks_[oldest_++];
    members_.Erase(rank);
    below_ -= rank < middle_ ? 1 : 0;
  }
  double Median();

  size_t window_;
  size_t ahead_;
  size_t block_;
  uint64_t count_ = 0;  // Of all points that were in the window.

  std::vector<Item> newer_;  // Points that have no rank yet.
  ItemSorter sorter_;
  std::vector<uint32_t> ranks_;  // By place: the window as it was, and what follows.
  std::vector<Item> sorted_;     // By rank.
  std::vector<Item> merged_;
  // The window: places from `oldest_` to `end_`, and their ranks.
  size_t oldest_ = 0;
  size_t end_ = 0;
  RankSet members_;
  // Members below `middle_` are `below_`; it may have left the set itself.
  uint32_t middle_ = 0;
  size_t below_ = 0;
};

// Gives the newer points their ranks among themselves and those in the window, which move to the
// first places.
void MedianKernel::Rank() {
  const size_t kept = end_ - oldest_;
  const size_t all = kept + newer_.size();
  sorter_.Sort(newer_);
  // Neither loop has branches on the data, which nobody could foresee.
  size_t size = 0;
  for (const Item item : sorted_) {
    sorted_[size] = {item.key, static_cast<uint32_t>(item.place - oldest_)};
    size += item.place >= oldest_ ? 1 : 0;
  }
  sorted_.resize(kept);
  merged_.resize(all);
  ranks_.resize(all);
  size_t older = 0;
  size_t newer = 0;
  uint32_t rank = 0;
  for (; older < kept && newer < newer_.size(); ++rank) {
    const bool is_newer = newer_[newer].key < sorted_[older].key;
    const Item* const from = is_newer ? &newer_[newer] : &sorted_[older];
    const auto place = static_cast<uint32_t>(from->place + (is_newer ? kept : 0));
    merged_[rank] = {from->key, place};
    ranks_[place] = rank;
    newer += is_newer ? 1 : 0;
    older += is_newer ? 0 : 1;
  }
  const auto append = [&](uint64_t key, size_t place) {
    merged_[rank] = {key, static_cast<uint32_t>(place)};
    ranks_[place] = rank++;
  };
  for (; older < kept; ++older) append(sorted_[older].key, sorted_[older].place);
  for (; newer < newer_.size(); ++newer) append(newer_[newer].key, newer_[newer].place + kept);
  sorted_.swap(merged_);
  newer_.clear();

  members_.Reset(all);
  for (size_t place = 0; place < kept; ++place) members_.Insert(ranks_[place]);
  oldest_ = 0;
  end_ = kept;
  below_ = kept / 2;
  middle_ = kept > 0 ? members_.Select(below_) : 0;
}

double MedianKernel::Median() {
  const size_t size = end_ - oldest_;
  const size_t wanted = size / 2;
  if (!members_.Has(middle_)) {
    if (const uint32_t next = members_.Next(middle_); next != RankSet::kNone) {
      middle_ = next;
    } else {
      middle_ = members_.Previous(middle_);
      --below_;
    }
  }
  for (; below_ < wanted; ++below_) middle_ = members_.Next(middle_);
  for (; below_ > wanted; --below_) middle_ = members_.Previous(middle_);
  const double high = ValueOf(sorted_[middle_].key);
  if (size % 2 == 1) return high;
  return std::midpoint(ValueOf(sorted_[members_.Previous(middle_)].key), high);
}

}  // namespace

std::unique_ptr<SmoothingKernel> MakeMedianKernel(uint32_t window, uint32_t ahead) {
  return std::make_unique<MedianKernel>(window, ahead);
}

}  // namespace stepscope
