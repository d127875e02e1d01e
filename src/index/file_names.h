// What the files and folders of the index are called. Nothing with another name is ever read as
// one of ours, or deleted.
//
//   <index directory>/<logdir: 16 hex digits>/<sequence: 16>-<writer: 16>.seg   a segment
//                                             <sequence: 16>-<writer: 16>.tmp   one being written
//                                             lock                              held by its writer
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stepscope {

inline constexpr std::string_view kIndexLockName = "lock";

// The folder of a logdir, from its canonical path and its inode.
std::string IndexFolderName(std::string_view logdir, uint64_t logdir_inode);
std::string SegmentName(uint64_t sequence, uint64_t writer_id);
std::string UnfinishedName(uint64_t sequence, uint64_t writer_id);

bool IsIndexFolderName(std::string_view name);
bool IsSegmentName(std::string_view name);
bool IsUnfinishedName(std::string_view name);

}  // namespace stepscope
