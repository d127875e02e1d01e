// Appends protobuf fields to a string. Fields with default values are written as asked: the caller
// leaves them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace stepscope {

class ProtoWriter {
 public:
  explicit ProtoWriter(std::string& out) : out_(out) {}  // `out` must outlive the writer.

  void Varint(uint32_t number, uint64_t value);
  void Int64(uint32_t number, int64_t value) { Varint(number, static_cast<uint64_t>(value)); }
  void Double(uint32_t number, double value);
  void Float(uint32_t number, float value);
  void Bytes(uint32_t number, std::string_view value);  // Strings and finished messages.
  // The head of a Bytes field: the caller appends its `size` bytes next. Saves a copy where the
  // size of a message is known beforehand.
  void BytesHead(uint32_t number, size_t size);

 private:
  std::string& out_;
};

}  // namespace stepscope
