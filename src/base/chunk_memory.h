// Memory for what is many, small and kept for long, such as sealed blocks and what a loader knows
// of each series.
//
// Each thread fills chunks of 2 MiB from front to back, so that pages are touched once and in
// order, and huge ones where the system has them: half the time of a first load went into page
// faults. A chunk is freed with the last that lies in it. What is lost by that is bounded by what
// was held at the most, so it is not for what comes and goes while others stay.
#pragma once

#include <cstddef>
#include <new>

namespace stepscope {

constexpr size_t kMaxChunkedBytes = 256 << 10;  // What is longer does not belong here.

// Aligned to 8. Ends the process when there is no memory, as operator new does.
std::byte* AllocateChunked(size_t bytes);
// Gives back what is not needed, for whoever knows a size only once the bytes are made: on the same
// thread, before it allocates again. Returns where they are now.
std::byte* ShrinkChunked(std::byte* memory, size_t bytes);
// On any thread.
void FreeChunked(std::byte* memory);
// Gives back to the system what this thread's chunk still has room for, until it is used.
void TrimChunk();
// And what the process freed and still holds, in chunks or not, which takes some milliseconds.
void ReturnFreeMemory();

// Chunks for the containers of the standard library.
template <typename T>
class ChunkAllocator {
 public:
  using value_type = T;
  static_assert(alignof(T) <= 8);

  ChunkAllocator() = default;
  template <typename U>
  ChunkAllocator(const ChunkAllocator<U>&) {}  // NOLINT(google-explicit-constructor): as they want.

  T* allocate(size_t count) {
    if (count > kMaxCount) return static_cast<T*>(::operator new(count * kBytes));
    return reinterpret_cast<T*>(AllocateChunked(count * kBytes));
  }
  void deallocate(T* memory, size_t count) {
    if (count > kMaxCount) return ::operator delete(memory);
    FreeChunked(reinterpret_cast<std::byte*>(memory));
  }

  bool operator==(const ChunkAllocator&) const = default;

 private:
  // NOLINTNEXTLINE(bugprone-sizeof-expression): T may be a pointer.
  static constexpr size_t kBytes = sizeof(T);
  static constexpr size_t kMaxCount = kMaxChunkedBytes / kBytes;
};

}  // namespace stepscope
