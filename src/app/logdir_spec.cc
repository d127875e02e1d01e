#include "app/logdir_spec.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/flag_table.h"
#include "base/strings.h"
#include "http/request.h"

namespace stepscope {
namespace {

bool IsPlainName(std::string_view name) {
  const std::string path = '/' + std::string(name);
  const auto target = ParseTarget(path);  // Refuses "." and "..".
  return !name.empty() && !name.ends_with('/') && name.find("//") == std::string_view::npos &&
         !name.starts_with('/') && target.has_value();
}

std::string LastSegment(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

// FNV-1a: lists only have to differ.
std::string HashOf(const std::vector<NamedLogdir>& logdirs) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const NamedLogdir& logdir : logdirs) {
    for (const char byte : logdir.name + '\0' + logdir.path + '\0') {
      hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
    }
  }
  std::string hex;
  for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[hash >> shift & 15];
  return hex;
}

}  // namespace

Result<std::vector<NamedLogdir>> ParseLogdirSpec(std::string_view spec) {
  std::vector<NamedLogdir> logdirs;
  for (const std::string_view part : Split(spec, ',')) {
    const size_t colon = part.starts_with('/') ? std::string_view::npos : part.find(':');
    const bool has_name = colon != std::string_view::npos;
    const std::string_view path = has_name ? part.substr(colon + 1) : part;
    if (path.empty()) return BadFlag("must look like name:/path/a,other:/path/b");
    NamedLogdir logdir{.name = has_name ? std::string(part.substr(0, colon)) : LastSegment(path),
                       .path = ExpandHome(path)};
    if (path.find("://") != std::string_view::npos || logdir.path.starts_with("//")) {
      return BadFlag("must name directories of this machine; '" + std::string(path) + "' is none");
    }
    if (!IsPlainName(logdir.name)) {
      return BadFlag("must give names that can be part of a path; '" + logdir.name + "' cannot");
    }
    for (const NamedLogdir& other : logdirs) {
      const bool is_inside = (other.name + '/').starts_with(logdir.name + '/') ||
                             (logdir.name + '/').starts_with(other.name + '/');
      if (!is_inside) continue;
      return BadFlag("must give each directory a name of its own; '" + other.name + "' and '" +
                     logdir.name + "' are in each other's way");
    }
    logdirs.push_back(std::move(logdir));
  }
  return logdirs;
}

Result<std::string> LinkLogdirs(const std::vector<NamedLogdir>& logdirs,
                                const std::string& parent) {
  namespace fs = std::filesystem;
  std::vector<NamedLogdir> absolute = logdirs;
  const auto error = [](const fs::path& path, const std::error_code& cause) {
    return Error{Code::kFailedPrecondition,
                 "--logdir_spec needs links in " + path.string() + ": " + cause.message()};
  };
  std::error_code cause;
  for (NamedLogdir& logdir : absolute) {
    logdir.path = fs::absolute(logdir.path, cause).string();
    if (cause) return error(logdir.path, cause);
  }
  const fs::path folder = fs::path(parent) / HashOf(absolute);
  for (const NamedLogdir& logdir : absolute) {
    const fs::path link = folder / logdir.name;
    fs::create_directories(link.parent_path(), cause);
    if (cause) return error(link.parent_path(), cause);
    // There from an earlier start, or made by another one at this moment.
    fs::create_directory_symlink(logdir.path, link, cause);
    if (cause && fs::read_symlink(link, cause) != logdir.path) return error(link, cause);
  }
  return folder.string();
}

}  // namespace stepscope
