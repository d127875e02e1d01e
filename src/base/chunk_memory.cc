#include "base/chunk_memory.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Under a sanitizer each piece is one of its own, so that what lies around it is guarded.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPSCOPE_SINGLE_PIECES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STEPSCOPE_SINGLE_PIECES
#endif
#endif

namespace stepscope {

#ifdef STEPSCOPE_SINGLE_PIECES

std::byte* AllocateChunked(size_t bytes) { return static_cast<std::byte*>(std::malloc(bytes)); }
std::byte* ShrinkChunked(std::byte* memory, size_t bytes) {
  return static_cast<std::byte*>(std::realloc(memory, bytes));
}
void FreeChunked(std::byte* memory) { std::free(memory); }
void TrimChunk() {}

#else

namespace {

constexpr size_t kChunkBytes = 2 << 20;  // A huge page; chunks are aligned to it.
constexpr size_t kPageBytes = 4 << 10;
static_assert(kMaxChunkedBytes <= kChunkBytes / 8);

// At the start of each chunk.
struct Chunk {
  // Its pieces, and one for the thread that fills it.
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
      is_trimmed_ = false;
    }
    std::byte* const piece = begin() + used_;
    used_ += bytes;
    chunk_->owner_count.fetch_add(1, std::memory_order_relaxed);
    return piece;
  }

  void Shrink(std::byte* piece, size_t bytes) {
    used_ = static_cast<size_t>(piece - begin()) + RoundUp(bytes);
  }

  void Trim() {
    // Once for each chunk: from then on it gets small pages, one by one.
    if (std::exchange(is_trimmed_, true)) return;
    [[maybe_unused]] const size_t rest = (used_ + kPageBytes - 1) / kPageBytes * kPageBytes;
#if defined(__linux__)
    madvise(begin() + rest, kChunkBytes - rest, MADV_DONTNEED);
#endif
  }

 private:
  static size_t RoundUp(size_t bytes) { return (bytes + 7) & ~size_t{7}; }
  std::byte* begin() { return reinterpret_cast<std::byte*>(chunk_); }

  Chunk* chunk_ = nullptr;
  size_t used_ = kChunkBytes;
  bool is_trimmed_ = true;
};

Filling& ThisThreadsFilling() {
  static thread_local Filling filling;
  return filling;
}

}  // namespace

std::byte* AllocateChunked(size_t bytes) {
  CHECK(bytes <= kMaxChunkedBytes);
  return ThisThreadsFilling().Allocate(bytes);
}

std::byte* ShrinkChunked(std::byte* memory, size_t bytes) {
  ThisThreadsFilling().Shrink(memory, bytes);
  return memory;
}

void TrimChunk() { ThisThreadsFilling().Trim(); }

void FreeChunked(std::byte* memory) {
  const auto address = reinterpret_cast<uintptr_t>(memory);
  reinterpret_cast<Chunk*>(address & ~(uintptr_t{kChunkBytes} - 1))->Release();
}

#endif

void ReturnFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace stepscope
