// A set of whole numbers below a limit, as bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stepscope {

// A bit above each word says whether there is any in it, so that neighbours are found across gaps.
class RankSet {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Empties it. Ranks are below `limit`, which is below kNone.
  void Reset(size_t limit) {
    words_.assign(limit / 64 + 1, 0);
    tops_.assign(words_.size() / 64 + 1, 0);
  }
  void Insert(uint32_t rank) {
    words_[rank >> 6] |= Bit(rank);
    tops_[rank >> 12] |= Bit(rank >> 6);
  }
  void Erase(uint32_t rank) {
    const uint64_t word = words_[rank >> 6] &= ~Bit(rank);
    tops_[rank >> 12] &= ~(uint64_t{word == 0} << (rank >> 6 & 63));
  }
  bool Has(uint32_t rank) const { return (words_[rank >> 6] & Bit(rank)) != 0; }

  // The nearest member above or below, or kNone.
  uint32_t Next(uint32_t rank) const {
    const uint64_t word = words_[rank >> 6] & Above(rank);
    if (word != 0) return LowestIn(rank >> 6, word);
    const uint32_t place = rank >> 6;
    uint32_t at = place >> 6;
    uint64_t top = tops_[at] & Above(place);
    while (top == 0) {
      if (++at == tops_.size()) return kNone;
      top = tops_[at];
    }
    const uint32_t found = LowestIn(at, top);
    return LowestIn(found, words_[found]);
  }
  uint32_t Previous(uint32_t rank) const {
    const uint64_t word = words_[rank >> 6] & Below(rank);
    if (word != 0) return HighestIn(rank >> 6, word);
    const uint32_t place = rank >> 6;
    uint32_t at = place >> 6;
    uint64_t top = tops_[at] & Below(place);
    while (top == 0) {
      if (at == 0) return kNone;
      top = tops_[--at];
    }
    const uint32_t found = HighestIn(at, top);
    return HighestIn(found, words_[found]);
  }
  // The member that has `count` others below it, of a set with more than that.
  uint32_t Select(size_t count) const {
    uint32_t place = 0;
    for (; count >= Count(words_[place]); ++place) count -= Count(words_[place]);
    uint64_t word = words_[place];
    for (; count > 0; --count) word &= word - 1;
    return LowestIn(place, word);
  }

 private:
  static uint64_t Bit(uint32_t rank) { return uint64_t{1} << (rank & 63); }
  static uint64_t Below(uint32_t rank) { return Bit(rank) - 1; }
  static uint64_t Above(uint32_t rank) { return ~uint64_t{1} << (rank & 63); }
  static size_t Count(uint64_t word) { return static_cast<size_t>(std::popcount(word)); }
  static uint32_t LowestIn(uint32_t place, uint64_t word) {
    return place << 6 | static_cast<uint32_t>(std::countr_zero(word));
  }
  static uint32_t HighestIn(uint32_t place, uint64_t word) {
    return place << 6 | (63 - static_cast<uint32_t>(std::countl_zero(word)));
  }

  std::vector<uint64_t> words_;
  std::vector<uint64_t> tops_;
};

}  // namespace stepscope
