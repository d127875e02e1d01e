#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr uint64_t kGroupEnd = 4;

// Protobuf's own limit on nesting, which keeps hostile bytes from recursing for ever.
constexpr size_t kMaxGroupDepth = 100;

constexpr int kMaxVarintBytes = 10;

}  // namespace

bool ProtoReader::ReadLongVarint(uint64_t& value) {
  constexpr uint64_t kContinues = 0x8080808080808080;
  if (end_ - at_ >= 8) {
    uint64_t word;
    std::memcpy(&word, at_, sizeof(word));
    const uint64_t ends = ~word & kContinues;
    if (ends != 0) {
      // Keep everything up to the byte that ends the varint, then close the gaps of the top bits:
      // in pairs, then fours, then eights.
      word &= (ends ^ (ends - 1)) & ~kContinues;
      word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
      word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
      value = (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
      at_ += std::countr_zero(ends) / 8 + 1;
      return true;
    }
  }
  value = 0;
  for (int i = 0; i < kMaxVarintBytes && at_ != end_; ++i) {
    const auto byte = std::to_integer<uint64_t>(*at_++);
    value |= (byte & 0x7f) << (7 * i);  // Of a tenth byte only one bit fits; protobuf drops the rest.
    if (byte < 0x80) return true;
  }
  return false;
}

bool ProtoReader::ReadGroup(ProtoField& field) {
  const std::byte* const begin = at_;
  const std::byte* content_end = at_;
  uint32_t open[kMaxGroupDepth];
  size_t depth = 0;
  open[depth++] = field.number;
  while (depth > 0) {
    content_end = at_;
    uint64_t tag;
    uint64_t scalar;
    if (!ReadVarint(tag) || tag < 8 || tag > UINT32_MAX) return false;
    const auto number = static_cast<uint32_t>(tag >> 3);
    switch (tag & 7) {
      case static_cast<uint64_t>(WireType::kVarint):
        if (!ReadVarint(scalar)) return false;
        break;
      case static_cast<uint64_t>(WireType::kFixed64):
        if (!ReadFixed<uint64_t>(scalar)) return false;
        break;
      case static_cast<uint64_t>(WireType::kFixed32):
        if (!ReadFixed<uint32_t>(scalar)) return false;
        break;
      case static_cast<uint64_t>(WireType::kBytes):
        if (!ReadVarint(scalar) || scalar > static_cast<uint64_t>(end_ - at_)) return false;
        at_ += scalar;
        break;
      case static_cast<uint64_t>(WireType::kGroup):
        if (depth == kMaxGroupDepth) return false;
        open[depth++] = number;
        break;
      case kGroupEnd:
        if (open[--depth] != number) return false;
        break;
      default:
        return false;
    }
  }
  field.bytes = {begin, content_end};
  return true;
}

}  // namespace stepscope
