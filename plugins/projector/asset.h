// Files that a projector's configuration names. Its paths come from the logdir's content, so that
// they may not leave the configuration's directory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace stepscope {

// Of a file that is answered as it is, and of the part of one that is: sprites have 8192 x 8192
// pixels at most, and labels are short.
inline constexpr uint64_t kMaxAssetBytes = 128 << 20;

// Opens `path` (relative to `directory`, or absolute and beneath it). INVALID_ARGUMENT with
// upstream's sentence where it leaves the directory; NOT_FOUND where no regular file is there, or
// one that may not be read.
Result<std::unique_ptr<RandomAccessFile>> OpenAsset(const FileSystem& files,
                                                    const std::string& directory,
                                                    const std::string& path);

// The first `size_bytes` of a file, or all of it. RESOURCE_EXHAUSTED: it is longer than
// `max_bytes`, and `name` is what the message calls it.
Result<std::string> ReadWholeFile(const RandomAccessFile& file, std::string_view name,
                                  uint64_t max_bytes);

}  // namespace stepscope
