#include "app/server_info.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

namespace stepscope {
namespace {

using Json = nlohmann::json;  // With sorted keys, as upstream's.

// As Python's tempfile.gettempdir().
std::string TemporaryFolder() {
  for (const char* const name : {"TMPDIR", "TEMP", "TMP"}) {
    const char* const folder = std::getenv(name);
    if (folder != nullptr && *folder != '\0') return folder;
  }
  return "/tmp";
}

std::string Base64(const std::string& bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

std::string ToAscii(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

bool WriteNewFile(const std::string& path, const std::string& text) {
  // The folder is everybody's, so that a name there may lead anywhere.
  unlink(path.c_str());
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return false;
  const bool is_written =
      write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(file);
  if (!is_written) unlink(path.c_str());
  return is_written;
}

}  // namespace

std::string ServerCacheKey(const Command& command, const std::string& working_directory) {
  return Base64(ToAscii({{"arguments", command.arguments},
                         {"configure_kwargs", Json::object()},
                         {"working_directory", working_directory}}));
}

ServerInfoFile::ServerInfoFile(const Command& command, uint16_t port, double start_time) {
  const std::string folder = TemporaryFolder() + "/.tensorboard-info";
  // Also for the servers of other users, as upstream makes it.
  if (mkdir(folder.c_str(), 0777) == 0) chmod(folder.c_str(), 0777);
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  const Json info = {{"cache_key", ServerCacheKey(command, here)},
                     {"db", ""},
                     {"logdir", command.server.logdir},
                     {"path_prefix", command.server.path_prefix},
                     {"pid", getpid()},
                     {"port", port},
                     {"start_time", static_cast<int64_t>(start_time)},
                     {"version", STEPSCOPE_VERSION}};
  const std::string path = folder + "/pid-" + std::to_string(getpid()) + ".info";
  if (WriteNewFile(path, ToAscii(info) + '\n')) path_ = path;
}

ServerInfoFile::~ServerInfoFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace stepscope
