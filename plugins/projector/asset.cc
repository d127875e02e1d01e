#include "plugins/projector/asset.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "base/strings.h"

namespace stepscope {
namespace {

Error Outside(const std::string& path) {
  return {Code::kInvalidArgument,
          "Asset path \"" + path + "\" resolves outside the config directory"};
}

// An absolute path without the directory that it lies beneath; "" where it does not. By the text
// alone: where links lead is for OpenBeneath to say.
std::string WithoutDirectory(const std::string& directory, const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(directory, error).lexically_normal();
  if (error) return "";
  const std::filesystem::path root = absolute.has_filename() ? absolute : absolute.parent_path();
  const std::string beneath = JoinPath(root.string(), "");
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  return normal.starts_with(beneath) ? normal.substr(beneath.size()) : "";
}

// Whether "a/../../b" goes further up than it came down.
bool GoesUp(std::string_view relative) {
  int depth = 0;
  for (const std::string_view name : Split(relative, '/')) {
    if (name.empty() || name == ".") continue;
    depth += name == ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<RandomAccessFile>> OpenAsset(const FileSystem& files,
                                                    const std::string& directory,
                                                    const std::string& path) {
  const std::string relative = path.starts_with('/') ? WithoutDirectory(directory, path) : path;
  if (relative.empty() || GoesUp(relative)) return Outside(path);
  auto file = files.OpenBeneath(directory, relative);
  if (file) return file;
  if (file.error().code == Code::kPermissionDenied) {
    // A link that leads out, or a file that the server may not read.
    return Error{Code::kInvalidArgument, "Asset path \"" + path +
                                             "\" resolves outside the config directory, or may "
                                             "not be read"};
  }
  return Error{Code::kNotFound,
               '"' + JoinPath(directory, relative) + "\" not found, or is not a file"};
}

Result<std::string> ReadWholeFile(const RandomAccessFile& file, std::string_view name,
                                  uint64_t max_bytes) {
  ASSIGN_OR_RETURN(const FileStat stat, file.GetStat());
  if (stat.size_bytes > max_bytes) {
    return Error{Code::kResourceExhausted,
                 '"' + std::string(name) + "\" has " + std::to_string(stat.size_bytes) +
                     " bytes, which is more than the limit of " + std::to_string(max_bytes)};
  }
  std::string bytes(stat.size_bytes, '\0');
  ASSIGN_OR_RETURN(const size_t count,
                   file.ReadAt(0, std::as_writable_bytes(std::span(bytes.data(), bytes.size()))));
  bytes.resize(count);
  return bytes;
}

}  // namespace stepscope
