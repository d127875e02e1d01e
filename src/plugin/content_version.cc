#include "plugin/content_version.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/proto_reader.h"

namespace stepscope {

std::optional<Stat> CheckContentVersion(const SeriesInfo& info) {
  ProtoReader reader(std::as_bytes(std::span(info.plugin_content)));
  uint64_t version = 0;
  for (ProtoField field; reader.Next(field);) {
    if (field.Is(1, WireType::kVarint)) version = field.scalar;
  }
  if (!reader.ok()) return Stat::kPluginContentUnreadable;
  if (static_cast<int32_t>(version) != 0) return Stat::kPluginContentTooNew;
  return std::nullopt;
}

std::optional<Stat> CheckContentVersionOrJson(const SeriesInfo& info) {
  return info.plugin_content == "{}" ? std::nullopt : CheckContentVersion(info);
}

}  // namespace stepscope
