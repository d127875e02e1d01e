// Walks the fields of one serialized protobuf message without copying.
//
// It accepts what protobuf parsers accept: any order, repeated scalars packed or not, unknown fields
// (skipped, groups included, up to a nesting limit). Bytes that are no message end the walk with
// ok() == false.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace stepscope {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kFixed32 = 5 };

struct ProtoField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t scalar = 0;              // kVarint, kFixed64, kFixed32: the raw bits.
  std::span<const std::byte> bytes;  // kBytes.

  int64_t AsInt64() const { return static_cast<int64_t>(scalar); }
  bool AsBool() const { return scalar != 0; }
  double AsDouble() const { return std::bit_cast<double>(scalar); }
  float AsFloat() const { return std::bit_cast<float>(static_cast<uint32_t>(scalar)); }
  std::string_view AsString() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

class ProtoReader {
 public:
  explicit ProtoReader(std::span<const std::byte> message)
      : begin_(message.data()), at_(message.data()), end_(message.data() + message.size()) {}

  // Moves to the next field; false at the end or at bytes that are no message.
  bool Next(ProtoField& field);
  bool ok() const { return ok_; }

 private:
  bool ReadVarint(uint64_t& value);
  bool SkipGroup(uint32_t number, int depth);

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  bool ok_ = true;
};

}  // namespace stepscope
