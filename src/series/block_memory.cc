#include "series/block_memory.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

// Under a sanitizer each block stays one of its own, so that what lies around it is guarded.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPSCOPE_SINGLE_BLOCKS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STEPSCOPE_SINGLE_BLOCKS
#endif
#endif

namespace stepscope {

#ifdef STEPSCOPE_SINGLE_BLOCKS

std::byte* AllocateBlock(size_t bytes) { return static_cast<std::byte*>(std::malloc(bytes)); }
std::byte* ShrinkBlock(std::byte* block, size_t bytes) {
  return static_cast<std::byte*>(std::realloc(block, bytes));
}
void FreeBlock(std::byte* block) { std::free(block); }

#else

namespace {

constexpr size_t kChunkBytes = 2 << 20;        // A huge page; chunks are aligned to it.
constexpr size_t kMaxBytes = kChunkBytes / 8;  // Longer than any block is.

// At the start of each chunk.
struct Chunk {
  // Its blocks, and one for the thread that fills it.
  std::atomic<uint32_t> owner_count{1};

  void Release() {
    if (owner_count.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    this->~Chunk();
    std::free(this);
  }
};

Chunk* MakeChunk() {
  void* const memory = std::aligned_alloc(kChunkBytes, kChunkBytes);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  madvise(memory, kChunkBytes, MADV_HUGEPAGE);  // Without it all is well, too.
#endif
  return new (memory) Chunk;
}

// The chunk that a thread fills.
class Filling {
 public:
  Filling() = default;
  Filling(const Filling&) = delete;
  Filling& operator=(const Filling&) = delete;
  ~Filling() {
    if (chunk_ != nullptr) chunk_->Release();
  }

  std::byte* Allocate(size_t bytes) {
    bytes = RoundUp(bytes);
    if (kChunkBytes - used_ < bytes) {
      Chunk* const next = MakeChunk();
      if (chunk_ != nullptr) chunk_->Release();
      chunk_ = next;
      used_ = RoundUp(sizeof(Chunk));
    }
    std::byte* const block = begin() + used_;
    used_ += bytes;
    chunk_->owner_count.fetch_add(1, std::memory_order_relaxed);
    return block;
  }

  void Shrink(std::byte* block, size_t bytes) {
    used_ = static_cast<size_t>(block - begin()) + RoundUp(bytes);
  }

 private:
  static size_t RoundUp(size_t bytes) { return (bytes + 7) & ~size_t{7}; }
  std::byte* begin() { return reinterpret_cast<std::byte*>(chunk_); }

  Chunk* chunk_ = nullptr;
  size_t used_ = kChunkBytes;
};

Filling& ThisThreadsFilling() {
  static thread_local Filling filling;
  return filling;
}

}  // namespace

std::byte* AllocateBlock(size_t bytes) {
  CHECK(bytes <= kMaxBytes);
  return ThisThreadsFilling().Allocate(bytes);
}

std::byte* ShrinkBlock(std::byte* block, size_t bytes) {
  ThisThreadsFilling().Shrink(block, bytes);
  return block;
}

void FreeBlock(std::byte* block) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  reinterpret_cast<Chunk*>(address & ~(uintptr_t{kChunkBytes} - 1))->Release();
}

#endif

}  // namespace stepscope
