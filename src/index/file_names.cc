#include "index/file_names.h"

#include <cinttypes>
#include <cstdio>

namespace stepscope {
namespace {

constexpr std::string_view kSegmentSuffix = ".seg";
constexpr std::string_view kUnfinishedSuffix = ".tmp";
constexpr size_t kHexDigits = 16;

std::string ToHex(uint64_t value) {
  char text[kHexDigits + 1];
  std::snprintf(text, sizeof(text), "%016" PRIx64, value);
  return text;
}

bool IsHex(std::string_view text) {
  return text.size() == kHexDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsFileName(std::string_view name, std::string_view suffix) {
  return name.size() == 2 * kHexDigits + 1 + suffix.size() && name.ends_with(suffix) &&
         name[kHexDigits] == '-' && IsHex(name.substr(0, kHexDigits)) &&
         IsHex(name.substr(kHexDigits + 1, kHexDigits));
}

}  // namespace

std::string IndexFolderName(std::string_view logdir, uint64_t logdir_inode) {
  const std::string identity = std::string(logdir) + '\0' + std::to_string(logdir_inode);
  // FNV-1a: the name stays for ever, so no hash that the library may change.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : identity) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return ToHex(hash);
}

std::string SegmentName(uint64_t sequence, uint64_t writer_id) {
  return ToHex(sequence) + '-' + ToHex(writer_id) + std::string(kSegmentSuffix);
}

std::string UnfinishedName(uint64_t sequence, uint64_t writer_id) {
  return ToHex(sequence) + '-' + ToHex(writer_id) + std::string(kUnfinishedSuffix);
}

bool IsIndexFolderName(std::string_view name) { return IsHex(name); }
bool IsSegmentName(std::string_view name) { return IsFileName(name, kSegmentSuffix); }
bool IsUnfinishedName(std::string_view name) { return IsFileName(name, kUnfinishedSuffix); }

}  // namespace stepscope
