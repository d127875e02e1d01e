#include "series/block_memory.h"

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

struct Block {
  std::byte* at;
  size_t bytes;
  int mark;
};

Block Make(size_t bytes, int mark) {
  std::byte* const room = AllocateBlock(bytes + 500);
  std::memset(room, mark, bytes + 500);
  return {ShrinkBlock(room, bytes), bytes, mark};
}

void ExpectWhole(const Block& block) {
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block.at) % 8, 0u);
  size_t wrong = 0;
  for (size_t i = 0; i < block.bytes; ++i) wrong += block.at[i] != std::byte(block.mark) ? 1 : 0;
  EXPECT_EQ(wrong, 0u);
}

TEST(BlockMemoryTest, BlocksDoNotOverlap) {
  std::vector<Block> blocks;
  // Some chunks full, so that their ends are met at several distances.
  for (int i = 0; i < 3000; ++i)
    blocks.push_back(Make(1 + static_cast<size_t>(i) * 7 % 4000, i % 250));
  for (const Block& block : blocks) ExpectWhole(block);
  for (const Block& block : blocks) FreeBlock(block.at);
}

TEST(BlockMemoryTest, BlocksOutliveTheirThreadAndAreFreedOnAnother) {
  std::vector<std::vector<Block>> all(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < all.size(); ++t) {
    threads.emplace_back([&all, t] {
      for (int i = 0; i < 500; ++i) all[t].push_back(Make(2000, static_cast<int>(t) + i % 100));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& blocks : all) {
    for (const Block& block : blocks) ExpectWhole(block);
  }
  std::thread([&all] {
    for (const auto& blocks : all) {
      for (const Block& block : blocks) FreeBlock(block.at);
    }
  }).join();
}

}  // namespace
}  // namespace stepscope
