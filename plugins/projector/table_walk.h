// Walks a sorted table of keys and values as LevelDB lays it out, which TensorFlow's checkpoints
// use for their index (tensorflow/tsl/lib/io/format.h).
//
//   table  := block... index-block  footer[48]
//   footer := handle(of a block that is empty)  handle(index-block)  padding  magic:u64
//   handle := offset:varint  size:varint
//   block  := entry...  restart:u32...  restarts:u32 | kind:u8  masked crc:u32
//   entry  := shared:varint  rest:varint  value:varint  key[rest]  value[value]
//
// A key repeats `shared` bytes of the one before it. The index-block's values are the handles of
// the others. Integers are little-endian.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"

namespace stepscope {

using TableEntryVisitor = std::function<Status(std::string_view key, std::string_view value)>;

// Calls `visit` for each entry in order, and passes its error on. DATA_LOSS: no such table, or a
// block that fails its checksum. UNIMPLEMENTED: a compressed block. Keys longer than
// `max_key_bytes` are damage.
Status WalkTable(std::string_view table, size_t max_key_bytes, const TableEntryVisitor& visit);

}  // namespace stepscope
