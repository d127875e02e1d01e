// Memory of sealed blocks, which are many, of all sizes, made by few threads and kept for long.
// Private to this room.
//
// Each thread fills chunks of 2 MiB from front to back, so that pages are touched once and in
// order, and huge ones where the system has them: half the time of a first load went into page
// faults. A chunk is freed with the last of its blocks. What is lost by that is bounded by what was
// held at the most.
#pragma once

#include <cstddef>

namespace stepscope {

// Aligned to 8. Ends the process when there is no memory, as operator new does.
std::byte* AllocateBlock(size_t bytes);
// Gives back what a block does not need, for whoever knows its size only once it is made: on the
// same thread, before it allocates another one. Returns where the block is now.
std::byte* ShrinkBlock(std::byte* block, size_t bytes);
// On any thread.
void FreeBlock(std::byte* block);

}  // namespace stepscope
