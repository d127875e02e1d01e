#include "wire/proto_writer.h"

#include <cstddef>
#include <cstring>

#include "wire/proto_reader.h"

namespace stepscope {
namespace {

constexpr size_t kMaxVarintBytes = 10;

char* PutVarint(uint64_t value, char* at) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

char* PutTag(uint32_t number, WireType type, char* at) {
  return PutVarint(uint64_t{number} << 3 | static_cast<uint64_t>(type), at);
}

template <typename T>
void AppendFixed(uint32_t number, WireType type, T value, std::string& out) {
  char bytes[kMaxVarintBytes + sizeof(value)];
  char* at = PutTag(number, type, bytes);
  std::memcpy(at, &value, sizeof(value));
  out.append(bytes, at + sizeof(value));
}

}  // namespace

void ProtoWriter::Varint(uint32_t number, uint64_t value) {
  char bytes[2 * kMaxVarintBytes];
  out_.append(bytes, PutVarint(value, PutTag(number, WireType::kVarint, bytes)));
}

void ProtoWriter::Double(uint32_t number, double value) {
  AppendFixed(number, WireType::kFixed64, value, out_);
}

void ProtoWriter::Float(uint32_t number, float value) {
  AppendFixed(number, WireType::kFixed32, value, out_);
}

void ProtoWriter::BytesHead(uint32_t number, size_t size) {
  char bytes[2 * kMaxVarintBytes];
  out_.append(bytes, PutVarint(size, PutTag(number, WireType::kBytes, bytes)));
}

void ProtoWriter::Bytes(uint32_t number, std::string_view value) {
  BytesHead(number, value.size());
  out_.append(value);
}

}  // namespace stepscope
