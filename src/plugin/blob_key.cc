#include "plugin/blob_key.h"

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <utility>

#include "base/strings.h"
#include "plugin/ascii_json.h"

namespace stepscope {
namespace {

// A run and a tag, and some; no address that a server takes is longer.
constexpr size_t kMaxKeyBytes = 64 << 10;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string ToBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  return bytes;
}

Error BadKey() { return {Code::kInvalidArgument, "failed to parse blob key"}; }

}  // namespace

std::string BlobKey::Encode() const {
  std::string json = "[";
  for (const std::string* const name : {&experiment, &plugin, &run, &tag}) {
    AppendAsciiJson(ToValidUtf8(*name), json);
    json += ',';
  }
  json += std::to_string(step) + ',' + std::to_string(index) + ']';
  return ToBase64Url(json);
}

Result<BlobKey> BlobKey::Decode(std::string_view text) {
  if (text.size() > kMaxKeyBytes) return BadKey();
  const std::optional<std::string> json = FromBase64Url(text);
  if (!json) return BadKey();
  simdjson::dom::parser parser;
  simdjson::dom::array parts;
  if (parser.parse(*json).get(parts) != simdjson::SUCCESS || parts.size() != 6) return BadKey();
  BlobKey key;
  const std::array<std::string*, 4> names = {&key.experiment, &key.plugin, &key.run, &key.tag};
  for (size_t i = 0; i < names.size(); ++i) {
    std::string_view name;
    if (parts.at(i).get(name) != simdjson::SUCCESS) return BadKey();
    *names[i] = name;
  }
  uint64_t index = 0;
  if (parts.at(4).get(key.step) != simdjson::SUCCESS ||
      parts.at(5).get(index) != simdjson::SUCCESS || index > UINT32_MAX) {
    return BadKey();
  }
  key.index = static_cast<uint32_t>(index);
  return key;
}

}  // namespace stepscope
