// A TensorProto, in place. reference: TensorFlow's tensor.proto, types.proto; the decoding rules
// are those of tensorflow's make_ndarray (tensorboard/util/tensor_util.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/proto_reader.h"

namespace stepscope {

enum class DataType : int32_t {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kComplex128 = 18,
  kHalf = 19,
  kUint32 = 22,
  kUint64 = 23,
};  // Others keep their number; they have no element decoder.

// One number exactly as it was logged.
struct Number {
  enum class Type : uint8_t { kFloat32, kFloat64, kInt64, kUint64, kBool };
  Type type = Type::kFloat32;
  uint64_t bits = 0;  // float32: low 32 bits; int64: two's complement; bool: 0 or 1.

  static Number Of(float value);
  static Number Of(double value);
  static Number Of(int64_t value);
  static Number Of(uint64_t value);
  static Number Of(bool value);
  double AsDouble() const;  // Rounds integers above 2^53.
};

class TensorView {
 public:
  // TensorFlow's own limit; numpy's is 64.
  static constexpr size_t kMaxRank = 254;

  // Fails on bytes that are no TensorProto and on a rank above kMaxRank. Checks nothing of shape
  // against content. The view lives as long as the bytes.
  static std::optional<TensorView> Parse(std::span<const std::byte> message);

  DataType dtype() const { return dtype_; }
  bool has_shape() const { return has_shape_; }
  const std::vector<int64_t>& shape() const { return shape_; }  // Empty: rank 0, or absent.
  // The product of the shape; nothing for negative sizes or an overflow.
  std::optional<uint64_t> ElementCount() const;

  // The only number of a tensor with exactly one element of a real numeric type (half and bfloat16
  // widen to float32, small integers to int64, bool stays bool). OUT_OF_RANGE: not one element;
  // INVALID_ARGUMENT: not a number; DATA_LOSS: broken bytes.
  Result<Number> SingleNumber() const;

  // All elements as doubles, row major, one value repeated over the shape as TensorFlow does.
  // `max_elements` bounds what a hostile shape can ask for (RESOURCE_EXHAUSTED). INVALID_ARGUMENT:
  // no real numbers, or content and shape that do not fit.
  Result<std::vector<double>> Doubles(uint64_t max_elements) const;
  // All strings of a string tensor, in place; the errors of Doubles().
  Result<std::vector<std::string_view>> Strings(uint64_t max_elements) const;

 private:
  DataType dtype_ = DataType::kInvalid;
  bool has_shape_ = false;
  std::vector<int64_t> shape_;
  std::span<const std::byte> message_;  // Value fields are found again when asked for.
  std::span<const std::byte> content_;
};

// The sizes of a serialized TensorShapeProto; nothing for other bytes and for a rank above
// TensorView::kMaxRank.
std::optional<std::vector<int64_t>> ParseTensorShape(std::span<const std::byte> message);

// The fast way for the ingest's hot path: SingleNumber of a serialized TensorProto without building
// a TensorView; allocates nothing on success.
Result<Number> DecodeSingleNumber(std::span<const std::byte> tensor_proto);

}  // namespace stepscope
