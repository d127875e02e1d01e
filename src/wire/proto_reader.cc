#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr uint64_t kGroupEnd = 4;

// Protobuf's own limit on nesting, which keeps hostile bytes from recursing for ever.
constexpr size_t kMaxGroupDepth = 100;

constexpr int kMaxVarintBytes = 10;

}  // namespace

ProtoReader::Varint ProtoReader::ReadLongVarint(const std::byte* at, const std::byte* end) {
  constexpr uint64_t kContinues = 0x8080808080808080;
  if (end - at >= 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    const uint64_t ends = ~word & kContinues;
    if (ends != 0) {
      // Keep everything up to the byte that ends the varint, then close the gaps of the top bits:
      // in pairs, then fours, then eights.
      word &= (ends ^ (ends - 1)) & ~kContinues;
      word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
      word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
      word = (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
      return {at + std::countr_zero(ends) / 8 + 1, word};
    }
  }
  uint64_t value = 0;
  for (int i = 0; i < kMaxVarintBytes && at != end; ++i) {
    const auto byte = std::to_integer<uint64_t>(*at++);
    value |=
        (byte & 0x7f) << (7 * i);  // Of a tenth byte only one bit fits; protobuf drops the rest.
    if (byte < 0x80) return {at, value};
  }
  return {nullptr, 0};
}

const std::byte* ProtoReader::FindGroupEnd(const std::byte* at, const std::byte* end,
                                           uint32_t number) {
  ProtoReader reader({at, end});
  uint32_t open[kMaxGroupDepth] = {number};
  size_t depth = 1;
  while (depth > 0) {
    uint64_t tag;
    uint64_t scalar;
    if (!reader.ReadVarint(tag) || tag < 8 || tag > UINT32_MAX) return nullptr;
    const auto inner = static_cast<uint32_t>(tag >> 3);
    switch (tag & 7) {
      case static_cast<uint64_t>(WireType::kVarint):
        if (!reader.ReadVarint(scalar)) return nullptr;
        break;
      case static_cast<uint64_t>(WireType::kFixed64):
        if (!reader.ReadFixed<uint64_t>(scalar)) return nullptr;
        break;
      case static_cast<uint64_t>(WireType::kFixed32):
        if (!reader.ReadFixed<uint32_t>(scalar)) return nullptr;
        break;
      case static_cast<uint64_t>(WireType::kBytes):
        if (!reader.ReadVarint(scalar) || scalar > reader.rest().size()) return nullptr;
        reader.at_ += scalar;
        break;
      case static_cast<uint64_t>(WireType::kGroup):
        if (depth == kMaxGroupDepth) return nullptr;
        open[depth++] = inner;
        break;
      case kGroupEnd:
        if (open[--depth] != inner) return nullptr;
        break;
      default:
        return nullptr;
    }
  }
  return reader.at_;
}

}  // namespace stepscope
