#include "base/chunk_memory.h"

#include <cstdint>
#include <cstring>
#include <forward_list>
#include <functional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

struct Piece {
  std::byte* at;
  size_t bytes;
  int mark;
};

Piece Make(size_t bytes, int mark) {
  std::byte* const room = AllocateChunked(bytes + 500);
  std::memset(room, mark, bytes + 500);
  return {ShrinkChunked(room, bytes), bytes, mark};
}

void ExpectWhole(const Piece& piece) {
  EXPECT_EQ(reinterpret_cast<uintptr_t>(piece.at) % 8, 0u);
  size_t wrong = 0;
  for (size_t i = 0; i < piece.bytes; ++i) wrong += piece.at[i] != std::byte(piece.mark) ? 1 : 0;
  EXPECT_EQ(wrong, 0u);
}

TEST(ChunkMemoryTest, PiecesDoNotOverlap) {
  std::vector<Piece> pieces;
  // Some chunks full, so that their ends are met at several distances.
  for (int i = 0; i < 3000; ++i)
    pieces.push_back(Make(1 + static_cast<size_t>(i) * 7 % 4000, i % 250));
  for (const Piece& piece : pieces) ExpectWhole(piece);
  for (const Piece& piece : pieces) FreeChunked(piece.at);
}

TEST(ChunkMemoryTest, PiecesOutliveTheirThreadAndAreFreedOnAnother) {
  std::vector<std::vector<Piece>> all(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < all.size(); ++t) {
    threads.emplace_back([&all, t] {
      for (int i = 0; i < 500; ++i) all[t].push_back(Make(2000, static_cast<int>(t) + i % 100));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& pieces : all) {
    for (const Piece& piece : pieces) ExpectWhole(piece);
  }
  std::thread([&all] {
    for (const auto& pieces : all) {
      for (const Piece& piece : pieces) FreeChunked(piece.at);
    }
  }).join();
}

TEST(ChunkMemoryTest, ContainersUseIt) {
  std::forward_list<uint64_t, ChunkAllocator<uint64_t>> list;
  std::unordered_map<int, uint64_t, std::hash<int>, std::equal_to<>,
                     ChunkAllocator<std::pair<const int, uint64_t>>>
      map;
  // So many that the table of the map is too long for a chunk.
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    list.push_front(static_cast<uint64_t>(i));
    map[i] = static_cast<uint64_t>(i);
  }
  EXPECT_EQ(list.front(), kCount - 1u);
  EXPECT_EQ(map.size(), size_t{kCount});
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(map.at(i), static_cast<uint64_t>(i));
}

}  // namespace
}  // namespace stepscope
