// Walks the fields of one serialized protobuf message without copying.
//
// It accepts what protobuf parsers accept: any order, repeated scalars packed or not, unknown
// fields (skipped, groups included, up to a nesting limit). Bytes that are no message end the walk
// with ok() == false. Text is not checked for UTF-8.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace stepscope {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kFixed32 = 5 };

struct ProtoField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t scalar = 0;               // kVarint, kFixed64, kFixed32: the raw bits.
  std::span<const std::byte> bytes;  // kBytes; kGroup: its fields and the tag that ends it.

  // A field whose wire type is not the one its message says is an unknown field to protobuf: that
  // is why callers ask for both at once.
  bool Is(uint32_t wanted_number, WireType wanted_type) const {
    return number == wanted_number && type == wanted_type;
  }
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
      : at_(message.data()), end_(message.data() + message.size()) {}

  // Moves to the next field; false at the end or at bytes that are no message.
  bool Next(ProtoField& field);
  bool ok() const { return ok_; }
  std::span<const std::byte> rest() const { return {at_, end_}; }  // Not walked yet.

  // For packed repeated fields: the bare values of a kBytes field's bytes.
  bool NextVarint(uint64_t& value);
  bool NextFixed32(uint64_t& value) { return NextFixed<uint32_t>(value); }
  bool NextFixed64(uint64_t& value) { return NextFixed<uint64_t>(value); }

 private:
  // Where the walk goes on, null for bytes that are no message; and the value that was read. The
  // slow paths take and return their place by value: a reader whose address is never taken lives
  // in registers.
  struct Varint {
    const std::byte* next;
    uint64_t value;
  };
  static Varint ReadLongVarint(const std::byte* at, const std::byte* end);
  static const std::byte* FindGroupEnd(const std::byte* at, const std::byte* end, uint32_t number);
  bool ReadVarint(uint64_t& value);
  template <typename T>
  bool ReadFixed(uint64_t& value);
  template <typename T>
  bool NextFixed(uint64_t& value);
  bool Fail() {
    ok_ = false;
    at_ = end_;
    return false;
  }

  const std::byte* at_;
  const std::byte* end_;
  bool ok_ = true;
};

// The hot path of a scan: defined here so that a caller's choice among fields melts into it.

inline bool ProtoReader::ReadVarint(uint64_t& value) {
  if (at_ != end_ && std::to_integer<uint8_t>(*at_) < 0x80) [[likely]] {
    value = std::to_integer<uint8_t>(*at_++);
    return true;
  }
  const Varint varint = ReadLongVarint(at_, end_);
  if (varint.next == nullptr) [[unlikely]]
    return false;
  at_ = varint.next;
  value = varint.value;
  return true;
}

template <typename T>
bool ProtoReader::ReadFixed(uint64_t& value) {
  if (static_cast<size_t>(end_ - at_) < sizeof(T)) return false;
  T bits;
  std::memcpy(&bits, at_, sizeof(T));
  value = bits;
  at_ += sizeof(T);
  return true;
}

template <typename T>
bool ProtoReader::NextFixed(uint64_t& value) {
  if (at_ == end_) return false;
  return ReadFixed<T>(value) || Fail();
}

inline bool ProtoReader::NextVarint(uint64_t& value) {
  if (at_ == end_) return false;
  return ReadVarint(value) || Fail();
}

inline bool ProtoReader::Next(ProtoField& field) {
  if (at_ == end_) return false;
  uint64_t tag;
  if (!ReadVarint(tag) || tag < 8 || tag > UINT32_MAX) [[unlikely]]
    return Fail();
  field.number = static_cast<uint32_t>(tag >> 3);
  field.type = static_cast<WireType>(tag & 7);
  // Branches in place of a switch: the order of a message's fields hardly ever changes, and the
  // processor predicts a few branches earlier than it does a jump through a table.
  if (field.type == WireType::kBytes) {
    uint64_t size;
    if (!ReadVarint(size) || size > static_cast<uint64_t>(end_ - at_)) [[unlikely]]
      return Fail();
    field.bytes = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }
  if (field.type == WireType::kVarint) return ReadVarint(field.scalar) || Fail();
  if (field.type == WireType::kFixed32) return ReadFixed<uint32_t>(field.scalar) || Fail();
  if (field.type == WireType::kFixed64) return ReadFixed<uint64_t>(field.scalar) || Fail();
  if (field.type == WireType::kGroup) {
    const std::byte* const next = FindGroupEnd(at_, end_, field.number);
    if (next == nullptr) return Fail();
    field.bytes = {at_, next};
    at_ = next;
    return true;
  }
  return Fail();  // The end of a group that never began, or a wire type that does not exist.
}

}  // namespace stepscope
